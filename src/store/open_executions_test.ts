import assert from "node:assert/strict";
import { Committer, GroupCommitter, openMemory } from "../kv/mod.ts";
import type { RunningExecution } from "../model/mod.ts";
import { silentLog, systemClock } from "../runtime/mod.ts";
import { runningKey } from "./keys.ts";
import { covered, putRunning } from "./mod.ts";
import { OpenExecutions } from "./open_executions.ts";
import { Store } from "./store.ts";
import { StoreChange } from "./store_change.ts";

const RUNNING: RunningExecution = {
  id: "01kdvdzp104n3yjs7nmf-0000-001",
  uid: "u",
  jobName: "a",
  revision: 1,
  group: "01kdvdzp104n3yjs7nmf",
  target: 0,
  attempt: 1,
  trigger: "schedule",
  dueAt: 1,
  requestedBy: null,
  groupCreatedAt: 1,
  queuedAt: 1,
  selector: "s",
  lane: 4,
  startDeadlineMs: 1,
  lone: false,
  state: "running",
  node: "n",
  incarnation: "i",
  claimedAt: 1,
  startedAt: 2,
  cancel: null,
};

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
