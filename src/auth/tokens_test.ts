import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { startCarillon } from "../../tests/support/carillon.ts";
import { tokenPrefix, tokenTable } from "../store/mod.ts";
import { admitCall, admitNode, admitToApi } from "./mod.ts";

const NODE = { name: "web 1/ä", id: "id1", tags: { role: "web" } };

Deno.test("Tokens.createFirst() makes a join token once for a store", async () => {
  await using carillon = await startCarillon({ agent: false });
  const { tokens } = carillon.server;
  const first = await tokens.createFirst();
  match(first ?? "", /^carillon_join_[0-9a-z]{26}_[0-9a-z]{52}$/);
  equal(await tokens.createFirst(), null);
  equal((await tokens.holder(first)).kind, "join");
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
  const holder = await tokens.holder(own);
  deepEqual(holder.kind === "node" && [holder.node, holder.nodeId, holder.tags], [NODE.name, NODE.id, NODE.tags]);
});

Deno.test("a node's token opens neither the API nor another node's calls, and holds for its id and tags", () => {
  const holder = { kind: "node", node: "a", nodeId: "1", tags: { role: "web" }, hash: "", createdAt: 0 } as const;
  const refusals: [refused: () => void, says: RegExp][] = [
    [() => admitToApi(holder), /node "a"'s own token/],
    [() => admitCall(holder, "b"), /Cannot serve node "b": its token is of node "a"/],
    [() => admitNode(holder, { name: "a", id: "2", tags: { role: "web" } }), /another node of that name/],
    [() => admitNode(holder, { name: "a", id: "1", tags: { role: "db" } }), /tags have changed/],
    [() => admitNode(holder, { name: "a", id: "1", tags: { role: "web", zone: "a" } }), /tags have changed/],
    [() => admitCall({ kind: "join", hash: "", createdAt: 0 }, "a"), /with its own token/],
  ];
  for (const [refused, says] of refusals) match(messageThrownBy(refused), says);
  admitCall(holder, "a");
  admitNode(holder, { name: "a", id: "1", tags: { role: "web" } });
});

function messageThrownBy(act: () => void): string {
  try {
    act();
    return "";
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : "";
  }
}
