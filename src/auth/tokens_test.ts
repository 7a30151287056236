import { TESTER } from "../../tests/support/tester.ts";
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { startCarillon } from "../../tests/support/carillon.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { openMemory } from "../kv/mod.ts";
import type { JoinToken } from "../model/mod.ts";
import { tokenPrefix, tokenTable } from "../store/mod.ts";
import { admitCall, admitNode, callerOf } from "./mod.ts";

const NODE = { name: "web 1/ä", id: "id1", tags: { role: "web" } };

Deno.test("Tokens.createFirst() makes an admin's token once for a store", async () => {
  await using carillon = await startCarillon({ agent: false });
  const { tokens } = carillon.server;
  await tokens.createJoin();
  const first = await tokens.createFirst();
  match(first ?? "", /^carillon_api_[0-9a-z]{26}_[0-9a-z]{52}$/);
  equal(await tokens.createFirst(), null);
  deepEqual(callerOf((await tokens.holder(first)).token), { name: "admin", role: "admin", scope: null });
});

Deno.test("Tokens.create() keeps names apart, and revoke() frees them", async () => {
  await using carillon = await startCarillon({ agent: false });
  const { tokens } = carillon.server;
  const wanted = { name: "ci", role: "editor", expiresAt: null } as const;
  const token = await tokens.create({ ...wanted, scope: { jobs: ["a-*"], metadata: {} } }, TESTER);
  await rejects(tokens.create({ ...wanted, scope: null }, TESTER), { code: "invalid", message: /"ci": there is one/ });
  const { id } = await tokens.holder(token);
  await tokens.revoke(id, TESTER);
  await rejects(tokens.holder(token), { code: "unauthorized" });
  await rejects(tokens.revoke(id, TESTER), { code: "not_found" });
  const again = await tokens.create({ ...wanted, scope: null }, TESTER);
  await rejects(tokens.holder(token), { code: "unauthorized" }, "the name is the same, the token is not");
  equal((await tokens.holder(again)).id, id);
});

Deno.test("Tokens.holder() notices within a second that another server has revoked a token, and when one expires", async () => {
  const clock = new FakeClock();
  const memory = openMemory();
  const profile = { ...memory.profile, soleWriter: false, answersCanBeLost: true };
  const engine = { ...memory, profile, close: () => Promise.resolve() };
  await using here = await startCarillon({ engine, agent: false, clock });
  await using there = await startCarillon({ engine, agent: false, clock });
  const { tokens } = here.server;
  const elsewhere = there.server.tokens;
  const lasting = { role: "viewer", scope: null } as const;
  const token = await tokens.create({ ...lasting, name: "a", expiresAt: null }, TESTER);
  const short = await tokens.create({ ...lasting, name: "b", expiresAt: clock.now() + 5_000 }, TESTER);
  const { id } = await tokens.holder(token);
  equal((await elsewhere.holder(token)).id, id);
  await tokens.revoke(id, TESTER);
  await clock.advance(999);
  await rejects(elsewhere.holder(token), { code: "unauthorized" });
  equal((await tokens.holder(short)).token.kind, "api");
  await clock.advance(4_001);
  await rejects(tokens.holder(short), { code: "unauthorized", message: /has expired/ });
});

Deno.test("Tokens stores the hash of a secret alone", async () => {
  await using carillon = await startCarillon({ agent: false });
  const { tokens, store } = carillon.server;
  const secret = (await tokens.createJoin()).split("_")[3] ?? "";
  equal(secret.length, 52);
  const [stored] = await store.list(tokenTable, { prefix: tokenPrefix() });
  match(stored?.value.hash ?? "", /^[0-9a-f]{64}$/);
  equal(JSON.stringify(stored).includes(secret), false);
});

Deno.test("Tokens.holder() refuses no token, wrong ones, and a node's former one", async () => {
  await using carillon = await startCarillon({ agent: false });
  const { tokens } = carillon.server;
  const join = await tokens.createJoin();
  const former = await tokens.createForNode(NODE);
  const own = await tokens.createForNode(NODE);
  const changed = own.slice(0, -1) + (own.endsWith("0") ? "1" : "0");
  for (const wrong of [null, "", "x", join.slice(0, -1), `${join}0`, changed, former, join.replace("join", "admin")]) {
    await rejects(tokens.holder(wrong), { code: "unauthorized" }, String(wrong));
  }
  const { token: holder } = await tokens.holder(own);
  deepEqual(holder.kind === "node" && [holder.node, holder.nodeId, holder.tags], [NODE.name, NODE.id, NODE.tags]);
});

Deno.test("Tokens.renewed() gives a node a new token each day, and again until it comes with that one", async () => {
  const clock = new FakeClock();
  await using carillon = await startCarillon({ agent: false, clock });
  const { tokens } = carillon.server;
  const join = await tokens.holder(await tokens.createJoin());
  const first = await tokens.createForNode(NODE, join);
  equal(await tokens.renewed(join), null);
  equal(await tokens.renewed(await tokens.holder(first)), null);
  clock.stepWall(24 * 3_600_000);
  const lost = await tokens.renewed(await tokens.holder(first));
  const second = await tokens.renewed(await tokens.holder(first));
  if (lost === null || second === null) throw new Error("two new tokens");
  await rejects(tokens.holder(lost), { code: "unauthorized" });
  equal(await tokens.renewed(await tokens.holder(second)), null);
  clock.stepWall(3_600_000);
  await rejects(tokens.holder(first), { code: "unauthorized" }, "an hour is over");
  equal((await tokens.holder(second)).token.kind, "node");
});

const STORED = { hash: "", createdAt: 0, createdBy: "", expiresAt: null };
const JOIN: JoinToken = { kind: "join", ...STORED, tags: null, once: false, usedBy: null };

Deno.test("a node's token opens neither the API nor another node's calls, and holds for its id and tags", () => {
  const holder = { kind: "node", node: "a", nodeId: "1", tags: { role: "web" }, former: null, ...STORED } as const;
  const refusals: [refused: () => void, says: RegExp][] = [
    [() => callerOf(holder), /node "a"'s own token/],
    [() => callerOf(JOIN), /lets nodes join, and nothing else/],
    [() => admitCall(holder, "b"), /Cannot serve node "b": its token is of node "a"/],
    [() => admitNode(holder, { name: "a", id: "2", tags: { role: "web" } }), /another node of that name/],
    [() => admitNode(holder, { name: "a", id: "1", tags: { role: "db" } }), /tags have changed/],
    [() => admitNode(holder, { name: "a", id: "1", tags: { role: "web", zone: "a" } }), /tags have changed/],
    [() => admitCall(JOIN, "a"), /with its own token/],
  ];
  for (const [refused, says] of refusals) match(messageThrownBy(refused), says);
  admitCall(holder, "a");
  admitNode(holder, { name: "a", id: "1", tags: { role: "web" } });
});

Deno.test("a join token says which tags may be claimed, and may be for one node alone", () => {
  const limited: JoinToken = { ...JOIN, tags: { role: "web", zone: "*" } };
  const allowed: Record<string, string>[] = [{}, { role: "web" }, { role: "web", zone: "b" }];
  for (const tags of allowed) admitNode(limited, { name: "a", id: "1", tags });
  const beyond = () => admitNode(limited, { name: "a", id: "1", tags: { role: "db" } });
  match(messageThrownBy(beyond), /claim the tag "role=db", only role=web, zone=\*/);
  match(messageThrownBy(() => admitNode(limited, { name: "a", id: "1", tags: { os: "x" } })), /"os=x"/);
  const used: JoinToken = { ...JOIN, once: true, usedBy: "1" };
  admitNode(used, { name: "a", id: "1", tags: {} });
  match(messageThrownBy(() => admitNode(used, { name: "a", id: "2", tags: {} })), /one node, which has joined/);
});

function messageThrownBy(act: () => void): string {
  try {
    act();
    return "";
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : "";
  }
}
