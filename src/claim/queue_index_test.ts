import { deepEqual, equal } from "node:assert/strict";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { queuedExecution } from "../../tests/support/running_execution.ts";
import { Committer, GroupCommitter, openMemory } from "../kv/mod.ts";
import { type QueuedExecution, selectorId } from "../model/mod.ts";
import { silentLog } from "../runtime/mod.ts";
import { covered, putQueueEntry, queueKey, Store, StoreChange } from "../store/mod.ts";
import { QueueIndex } from "./queue_index.ts";

const ID = selectorId({ node: null, tags: {} });

/** An index over a store in memory to which these were queued. */
async function indexOf(executions: readonly QueuedExecution[]) {
  const clock = new FakeClock();
  const engine = openMemory();
  const committer = new Committer({ engine, clock, log: silentLog, incarnation: "i" });
  const store = new Store({
    engine,
    committer: new GroupCommitter({ committer, profile: engine.profile }),
    log: silentLog,
  });
  const index = new QueueIndex(store, clock);
  const change = new StoreChange();
  for (const each of executions) {
    putQueueEntry(change, covered(queueKey(ID, each.lane, each.readyAt, each.id)), each);
  }
  equal((await store.commit(change)).outcome, "applied");
  return { index, clock };
}

Deno.test("QueueIndex.take() does not wait for a time that a wrong clock has set, only for a retry's delay", async () => {
  const hourAhead = new FakeClock().now() + 3_600_000;
  const { index, clock } = await indexOf([
    queuedExecution({ id: "run", selector: ID, readyAt: hourAhead }),
    queuedExecution({ id: "retry", selector: ID, readyAt: hourAhead + 5_000, delayMs: 5_000 }),
  ]);
  const take = () => {
    const found = index.take([ID], 10, clock.now(), { mayStart: () => true, mayTake: () => true });
    for (const each of found) index.giveBack(each);
    return found.map(({ value }) => value.id);
  };
  equal(index.untilRipe(clock.now()), 0);
  deepEqual(take(), ["run"]);
  await clock.advance(4_000);
  await index.load();
  deepEqual(take(), ["run"]);
  await clock.advance(999);
  deepEqual(take(), ["run"]);
  await clock.advance(1);
  deepEqual(take().sort(), ["retry", "run"]);
  await clock.advance(0);
  deepEqual(take().sort(), ["retry", "run"], "what was given back is ready still");
});
