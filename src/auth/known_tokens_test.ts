import { deepEqual, equal } from "node:assert/strict";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { Committer, GroupCommitter, openMemory } from "../kv/mod.ts";
import type { Token } from "../model/mod.ts";
import { silentLog } from "../runtime/mod.ts";
import { Store, StoreChange, tokenKey, tokenTable } from "../store/mod.ts";
import { changeToken, KnownTokens } from "./known_tokens.ts";

const TOKEN: Token = {
  kind: "api",
  name: "a",
  role: "viewer",
  scope: null,
  hash: "00",
  createdAt: 0,
  createdBy: "",
  expiresAt: null,
};

/** Two servers' stores over one engine, and what is known of tokens at the second; `reads` are its reads. */
async function bench() {
  const clock = new FakeClock();
  const memory = openMemory();
  const engine = { ...memory, profile: { ...memory.profile, soleWriter: false, answersCanBeLost: true } };
  const storeOf = () => {
    const committer = new Committer({ engine, clock, log: silentLog, incarnation: crypto.randomUUID() });
    const grouped = new GroupCommitter({ committer, profile: engine.profile });
    return new Store({ engine, committer: grouped, log: silentLog });
  };
  const [elsewhere, store] = [storeOf(), storeOf()];
  const known = new KnownTokens({ store, clock });
  const reads: string[] = [];
  const read = store.read.bind(store);
  store.read = (table, key) => {
    reads.push(key.join("/"));
    return read(table, key);
  };
  const write = async (token: Token | null) => {
    const change = new StoreChange();
    changeToken(change, await elsewhere.read(tokenTable, tokenKey("t")), token, clock.now());
    equal((await elsewhere.commit(change)).outcome, "applied");
  };
  await write(TOKEN);
  return { clock, known, reads, store, write, role: async () => roleOf(await known.find("t", () => true)) };
}

function roleOf(token: Token | null): string | null {
  return token?.kind === "api" ? token.role : null;
}

Deno.test("KnownTokens.find() reads a token once while none is changed, and anew within half a second of a change", async () => {
  const { clock, reads, write, role } = await bench();
  for (let i = 0; i < 20; i++) {
    equal(await role(), "viewer");
    await clock.advance(250);
  }
  deepEqual(reads.filter((key) => key === "token/t").length, 1);
  equal(reads.length, 11);
  await write({ ...TOKEN, role: "editor" });
  await clock.advance(500);
  equal(await role(), "editor");
  await write(null);
  await clock.advance(500);
  equal(await role(), null);
});

Deno.test("KnownTokens.find() does not remember what was read before a change and came after it", async () => {
  const { clock, known, store, write, role } = await bench();
  const read = store.read;
  const slow = Promise.withResolvers<void>();
  store.read = async (table, key) => {
    const entry = await read(table, key);
    if (key[0] === "token") await slow.promise;
    return entry;
  };
  const late = role();
  await clock.advance(0);
  await write({ ...TOKEN, role: "editor" });
  await clock.advance(500);
  store.read = read;
  equal(await known.shown("text"), undefined); // the change is seen
  slow.resolve();
  equal(await late, "viewer");
  equal(await role(), "editor");
});
