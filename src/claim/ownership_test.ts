import { deepEqual, equal } from "node:assert/strict";
import { queuedExecution, RUNNING } from "../../tests/support/running_execution.ts";
import { Committer, GroupCommitter, openMemory } from "../kv/mod.ts";
import { executionId, type OutputChunk } from "../model/mod.ts";
import { silentLog, systemClock } from "../runtime/mod.ts";
import {
  covered,
  deleteQueueEntry,
  OpenExecutions,
  putQueueEntry,
  putRunning,
  queueKey,
  queueTable,
  runningKey,
  Store,
  StoreChange,
} from "../store/mod.ts";
import { AssignedIndex } from "./assigned.ts";
import { ownChunks } from "./ownership.ts";

Deno.test("ownChunks() takes what a node sends of a run that another server gave it since this one saw it queued", async () => {
  const memory = openMemory();
  const engine = { ...memory, profile: { ...memory.profile, soleWriter: false } };
  const [here, there] = ["here", "there"].map((incarnation) => {
    const committer = new Committer({ engine, clock: systemClock, log: silentLog, incarnation });
    return new Store({ engine, committer: new GroupCommitter({ committer, profile: engine.profile }), log: silentLog });
  });
  if (!here || !there) throw new Error("two servers");
  const ids = [1, 2].map((target) => executionId(RUNNING.group, target, 1));
  const [first = "", second = ""] = ids;
  const key = (id: string) => queueKey(RUNNING.selector, RUNNING.lane, 0, id);
  const queued = new StoreChange();
  for (const id of ids) putQueueEntry(queued, covered(key(id)), queuedExecution({ id }));
  await there.commit(queued);
  const open = new OpenExecutions(here);
  equal((await open.find("u", first)).value?.state, "queued");
  const claim = new StoreChange();
  deleteQueueEntry(claim, await there.read(queueTable, key(second)));
  putRunning(claim, covered(runningKey("n2", "i", second)), { ...RUNNING, id: second, node: "n2" });
  equal((await there.commit(claim)).outcome, "applied");
  const chunk = { execution: second, uid: "u", n: 0, data: "aGk=", skippedBytes: 0, live: false } as OutputChunk;
  const deps = { assigned: new AssignedIndex(here), open, log: silentLog };
  deepEqual(await ownChunks(deps, "n2", [chunk]), { own: [chunk], refused: [] });
  equal((await ownChunks(deps, "n3", [chunk])).refused.length, 1);
  await engine.close();
});
