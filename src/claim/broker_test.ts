import { deepEqual, equal } from "node:assert/strict";
import { plainJob } from "../../tests/integration/model/random_job.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { fakeNode } from "../../tests/support/fake_deps.ts";
import { queuedExecution, RUNNING } from "../../tests/support/running_execution.ts";
import { Committer, type Engine, GroupCommitter, openMemory, PROFILES } from "../kv/mod.ts";
import { type Assignment, type QueuedExecution, selectorId } from "../model/mod.ts";
import { silentLog } from "../runtime/mod.ts";
import {
  covered,
  FenceNow,
  nodeKey,
  putNode,
  putQueueEntry,
  putRevision,
  putSelector,
  queueKey,
  revisionKey,
  selectorKey,
  Store,
  StoreChange,
} from "../store/mod.ts";
import { Broker } from "./broker.ts";
import { QueueIndex } from "./queue_index.ts";

const SELECTOR = { node: null, tags: {} };
const ID = selectorId(SELECTOR);

/** A queued execution that any node may run. */
function waiting(id: string, readyAt: number): QueuedExecution {
  return queuedExecution({ id, group: id, lone: true, readyAt, selector: ID });
}

/** What one of two servers on a shared store has; the other one minds what it says. */
class OneServer {
  readonly store: Store;
  readonly index: QueueIndex;
  readonly broker: Broker;
  readonly given: string[] = [];
  readonly clock: FakeClock;

  constructor(engine: Engine, clock: FakeClock, minds: (execution: string) => boolean) {
    this.clock = clock;
    const log = silentLog;
    const committer = new Committer({ engine, clock, log, incarnation: crypto.randomUUID() });
    this.store = new Store({ engine, committer: new GroupCommitter({ committer, profile: engine.profile }), log });
    this.index = new QueueIndex(this.store, clock);
    const parts = { store: this.store, index: this.index, clock, log };
    const fence = new FenceNow(parts);
    const pauseOf = () => ({ held: false, heldUntil: null });
    this.broker = new Broker({ ...parts, pauseOf, fence, minder: { minds }, reread: () => void this.index.load() });
  }

  /** Stores a change. */
  async change(fill: (change: StoreChange) => void): Promise<void> {
    const change = new StoreChange();
    fill(change);
    equal((await this.store.commit(change)).outcome, "applied");
  }

  /** A node polls here until it has been given something. */
  poll(freeSlots: number): void {
    this.broker.offer({
      node: fakeNode("n"),
      freeSlots,
      outdated() {},
      give: (claims: Assignment[]) => {
        this.given.push(...claims.map(({ execution }) => execution).sort());
        this.poll(freeSlots - claims.length);
      },
    });
  }
}

/** Two servers on one store, that have read these queued executions. */
async function twoServers(executions: readonly string[], mindedHere: (execution: string) => boolean) {
  const clock = new FakeClock();
  const memory = openMemory();
  const engine: Engine = { ...memory, profile: { ...PROFILES.memory, soleWriter: false } };
  const here = new OneServer(engine, clock, mindedHere);
  const there = new OneServer(engine, clock, (id) => !mindedHere(id));
  await here.change((change) => {
    putNode(change, covered(nodeKey("n")), fakeNode("n"));
    putSelector(change, covered(selectorKey(ID)), SELECTOR);
    putRevision(change, covered(revisionKey(RUNNING.uid, RUNNING.revision)), {
      definition: plainJob("job"),
      createdAt: 0,
    });
  });
  await there.change((change) => {
    for (const id of executions) {
      putQueueEntry(change, covered(queueKey(ID, RUNNING.lane, clock.now(), id)), waiting(id, clock.now()));
    }
  });
  await here.index.load();
  return { here, there, clock };
}

Deno.test("Broker.look() hands out what this server minds, and leaves the rest to the one that minds it", async () => {
  const { here, there, clock } = await twoServers(["a", "b", "c"], (id) => id !== "c");
  here.poll(8);
  there.poll(8);
  await clock.advance(50);
  deepEqual([here.given, there.given], [["a", "b"], ["c"]]);
});

Deno.test("Broker.look() hands out what the other server left for 100 ms, once the queue shows that it is still there", async () => {
  const { here, clock } = await twoServers(["a", "b"], (id) => id === "a");
  here.poll(8);
  await clock.advance(99);
  deepEqual(here.given, ["a"]);
  await clock.advance(1);
  await eventually(() => here.given.length === 2);
  deepEqual(here.given, ["a", "b"]);
});

Deno.test("Broker.look() does not try to claim what the other server has taken meanwhile", async () => {
  const { here, there, clock } = await twoServers(["a"], () => false);
  here.poll(8);
  await clock.advance(50);
  there.poll(8);
  await eventually(() => there.given.length === 1);
  let commits = 0;
  const commit = here.store.commit.bind(here.store);
  here.store.commit = (change) => (commits++, commit(change));
  await clock.advance(1_000);
  deepEqual([here.given, commits, here.index.isEmpty], [[], 0, true]);
});

Deno.test("Broker.look() does not claim again what left the queues while they were read", async () => {
  const { here } = await twoServers(["a"], () => true);
  const scan = here.store.scan.bind(here.store);
  const read = Promise.withResolvers<void>();
  here.store.scan = async function* <T>(...asked: Parameters<typeof scan<T>>) {
    const found = await Array.fromAsync(scan(...asked));
    await read.promise;
    yield* found;
  };
  const loading = here.index.load();
  here.poll(8);
  await eventually(() => here.given.length === 1);
  read.resolve();
  await loading;
  deepEqual([here.given, here.index.isEmpty], [["a"], true]);
});
