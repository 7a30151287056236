import { deepEqual } from "node:assert/strict";
import { Committer, type Engine, GroupCommitter, openMemory } from "../kv/mod.ts";
import { silentLog, systemClock } from "../runtime/mod.ts";
import { Feed } from "./feed.ts";
import { HeldJobs } from "./held_jobs.ts";
import { heldKey } from "./keys.ts";
import { covered, deleteHeld, putHeld } from "./mod.ts";
import { Store } from "./store.ts";
import { StoreChange } from "./store_change.ts";

/** A server's part of a store that several share: its feed, and what it remembers of held jobs. */
function serverOn(engine: Engine, incarnation: string) {
  const committer = new Committer({ engine, clock: systemClock, log: silentLog, incarnation });
  const group = new GroupCommitter({ committer, profile: engine.profile });
  const store = new Store({ engine, committer: group, log: silentLog });
  const held = new HeldJobs(store);
  const feed = new Feed({ store, clock: systemClock, log: silentLog, incarnation, reload: () => held.load() });
  const commit = async (make: (change: StoreChange) => void) => {
    const change = new StoreChange();
    make(change);
    return await store.commit(change);
  };
  return { feed, held, commit };
}

Deno.test("Feed.read() does not take what was overwritten before it followed for news", async () => {
  const memory = openMemory();
  const engine = { ...memory, profile: { ...memory.profile, soleWriter: false } };
  const [a, b, c] = [serverOn(engine, "a"), serverOn(engine, "b"), serverOn(engine, "c")];
  await a.commit((change) => putHeld(change, covered(heldKey("overwritten")), { from: 1 }));
  await b.commit((change) => deleteHeld(change, covered(heldKey("overwritten"))));
  await b.feed.flush();
  const last = await b.commit((change) => putHeld(change, covered(heldKey("seen")), { from: 1 }));
  // The last beat of `a` is from before it told anything.
  const upTo = last.outcome === "applied" ? last.versionstamp : "";
  await c.feed.follow(new Map([["a", 0], ["b", b.feed.next]]), upTo);
  await b.commit((change) => putHeld(change, covered(heldKey("later")), { from: 1 }));
  for (const { feed } of [a, b]) await feed.flush();
  c.feed.look();
  await c.feed.read();
  deepEqual(["overwritten", "seen", "later"].map((uid) => c.held.has(uid)), [false, true, true]);
});
