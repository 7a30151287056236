import assert from "node:assert/strict";
import { RUNNING } from "../../tests/support/running_execution.ts";
import { Committer, GroupCommitter, openMemory } from "../kv/mod.ts";
import { executionId } from "../model/mod.ts";
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

Deno.test("OpenExecutions.find() looks once for all that another server has handed out, and again when a change was refused", async () => {
  const memory = openMemory();
  const engine = { ...memory, profile: { ...memory.profile, soleWriter: false } };
  const [here, there] = ["here", "there"].map((incarnation) => {
    const committer = new Committer({ engine, clock: systemClock, log: silentLog, incarnation });
    return new Store({ engine, committer: new GroupCommitter({ committer, profile: engine.profile }), log: silentLog });
  });
  if (!here || !there) throw new Error("two servers");
  const ids = Array.from({ length: 100 }, (_, i) => executionId(RUNNING.group, i, 1));
  const begun = new StoreChange();
  for (const id of ids) putRunning(begun, covered(runningKey("n", "i", id)), { ...RUNNING, id });
  await there.commit(begun);
  const open = new OpenExecutions(here);
  let scans = 0;
  const scan = here.scan.bind(here);
  here.scan = (...args) => {
    scans++;
    return scan(...args);
  };
  for (const id of ids) assert.equal((await open.find("u", id)).value?.id, id);
  assert.equal(scans, 2, "the queues, and what nodes have");
  const [first = ""] = ids;
  const known = await open.find("u", first);
  const changed = new StoreChange();
  putRunning(changed, known, { ...RUNNING, id: first, startedAt: 7 });
  assert.equal((await there.commit(changed)).outcome, "applied");
  const late = new StoreChange();
  putRunning(late, known, { ...RUNNING, id: first, startedAt: 8 });
  assert.equal((await here.commit(late)).outcome, "refused");
  const now = await open.find("u", first);
  assert.equal(now.value?.state === "running" && now.value.startedAt, 7);
  await engine.close();
});
