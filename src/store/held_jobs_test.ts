import { equal } from "node:assert/strict";
import { Committer, GroupCommitter, openMemory } from "../kv/mod.ts";
import { silentLog, systemClock } from "../runtime/mod.ts";
import { HeldJobs } from "./held_jobs.ts";
import { heldKey } from "./keys.ts";
import { covered, deleteHeld, putHeld } from "./mod.ts";
import { Store } from "./store.ts";
import { StoreChange } from "./store_change.ts";

Deno.test("HeldJobs.load() keeps what was paused and unpaused while it reads", async () => {
  const engine = openMemory();
  const committer = new Committer({ engine, clock: systemClock, log: silentLog, incarnation: "i" });
  const store = new Store({
    engine,
    committer: new GroupCommitter({ committer, profile: engine.profile }),
    log: silentLog,
  });
  const held = new HeldJobs(store);
  const apply = async (make: (change: StoreChange) => void) => {
    const change = new StoreChange();
    make(change);
    equal((await store.commit(change)).outcome, "applied");
  };
  await apply((change) => putHeld(change, covered(heldKey("was paused")), { from: 0 }));
  const keys = store.keys.bind(store);
  store.keys = async (range, options) => {
    const found = await keys(range, options);
    store.keys = keys;
    await apply((change) => {
      deleteHeld(change, covered(heldKey("was paused")));
      putHeld(change, covered(heldKey("is paused")), { from: 0 });
    });
    return found;
  };
  await held.load();
  equal(held.has("was paused"), false);
  equal(held.has("is paused"), true);
});
