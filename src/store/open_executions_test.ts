import assert from "node:assert/strict";
import { RUNNING } from "../../tests/support/running_execution.ts";
import { Committer, GroupCommitter, openMemory } from "../kv/mod.ts";
import { silentLog, systemClock } from "../runtime/mod.ts";
import { runningKey } from "./keys.ts";
import { covered, putRunning } from "./mod.ts";
import { OpenExecutions } from "./open_executions.ts";
import { Store } from "./store.ts";
import { StoreChange } from "./store_change.ts";

Deno.test("OpenExecutions keeps what a refused change was built on, where nobody else writes", async () => {
  const engine = openMemory();
  const committer = new Committer({ engine, clock: systemClock, log: silentLog, incarnation: "i" });
  const group = new GroupCommitter({ committer, profile: engine.profile });
  const store = new Store({ engine, committer: group, log: silentLog });
  const open = new OpenExecutions(store);
  const key = runningKey("n", "i", RUNNING.id);
  const begun = new StoreChange();
  putRunning(begun, covered(key), RUNNING);
  assert.equal((await store.commit(begun)).outcome, "applied");
  const known = await open.find("u", RUNNING.id);
  // Its gate was changed by another job meanwhile.
  const ended = new StoreChange();
  ended.change.check(known.key, known.versionstamp).check(["gate", "key/a"], "00000000000000000001");
  ended.change.delete(known.key);
  assert.equal((await store.commit(ended)).outcome, "refused");
  assert.deepEqual((await open.find("u", RUNNING.id)).value, RUNNING);
  assert.equal((await open.ofJob("u")).length, 1);
  await engine.close();
});
