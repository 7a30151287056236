import { AuditTrail } from "../audit/mod.ts";
import { deepEqual, equal, rejects } from "node:assert/strict";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { fakeNode } from "../../tests/support/fake_deps.ts";
import { queuedExecution, RUNNING } from "../../tests/support/running_execution.ts";
import { Tokens } from "../auth/mod.ts";
import { Liveness, QueueIndex } from "../claim/mod.ts";
import { Committer, GroupCommitter, openMemory } from "../kv/mod.ts";
import { type Node, selectorId } from "../model/mod.ts";
import { createLog, systemRandom } from "../runtime/mod.ts";
import {
  covered,
  deleteQueueEntry,
  nodeKey,
  nodeTable,
  putNode,
  putQueueEntry,
  putRunning,
  putSelector,
  queueKey,
  runningKey,
  selectorKey,
  Store,
  StoreChange,
} from "../store/mod.ts";
import { GoneNodes } from "./gone_nodes.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A store that knows a node "n", and what a leader knows of it. */
class Bench {
  readonly clock = new FakeClock();
  readonly store: Store;
  readonly lines: string[] = [];
  readonly tokens: Tokens;
  liveness: Liveness;
  house: GoneNodes;

  private constructor() {
    const { clock } = this;
    const engine = openMemory();
    const log = createLog({
      level: "info",
      format: "text",
      now: () => clock.now(),
      write: (line) => this.lines.push(line),
    });
    const committer = new Committer({ engine, clock, log, incarnation: "i" });
    this.store = new Store({ engine, committer: new GroupCommitter({ committer, profile: engine.profile }), log });
    this.tokens = new Tokens({
      store: this.store,
      clock,
      random: systemRandom,
      audit: new AuditTrail({ store: this.store, clock, random: systemRandom }),
    });
    [this.liveness, this.house] = this.#leader(log);
  }

  static async open(changes: Partial<Node> = {}): Promise<Bench> {
    const bench = new Bench();
    await bench.put({ ...fakeNode("n"), ...changes });
    return bench;
  }

  #leader(log = createLog({ level: "error", format: "text", now: () => this.clock.now(), write: () => {} })) {
    const { store, clock, tokens } = this;
    const liveness = new Liveness(store, clock);
    return [liveness, new GoneNodes({ store, clock, log, liveness, tokens })] as const;
  }

  /** Another server leads from now on: it has heard nobody yet. */
  async nextLeader(): Promise<void> {
    [this.liveness, this.house] = this.#leader();
    await this.liveness.load(this.store);
  }

  /** The node's record as it is stored. */
  async node(): Promise<Node | null> {
    return (await this.store.read(nodeTable, nodeKey("n"))).value;
  }

  async put(node: Node): Promise<void> {
    await this.change(async (change) => putNode(change, await this.store.read(nodeTable, nodeKey("n")), node));
  }

  async change(write: (change: StoreChange) => void | Promise<void>): Promise<void> {
    const change = new StoreChange();
    await write(change);
    equal((await this.store.commit(change)).outcome, "applied");
  }

  /** Lets the time pass, looking each hour. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= HOUR) {
      await this.clock.jump(Math.min(left, HOUR));
      await this.house.pass();
    }
  }
}

Deno.test("GoneNodes.pass() forgets a node and its token after three days of silence, and tells who knew it", async () => {
  for (const left of [false, true]) {
    const bench = await Bench.open({ left });
    const forgotten: string[] = [];
    bench.liveness.onForgotten((name) => forgotten.push(name));
    const token = await bench.tokens.createForNode(fakeNode("n"));
    const beganAt = bench.clock.now();
    await bench.pass(3 * DAY - 1);
    equal((await bench.node())?.silentSince, beganAt);
    await bench.tokens.holder(token);
    await bench.pass(HOUR);
    equal(await bench.node(), null);
    deepEqual([forgotten, bench.liveness.all()], [["n"], []]);
    await rejects(bench.tokens.holder(token), { code: "unauthorized" });
    equal(bench.lines.filter((line) => line.includes("Node forgotten node=n")).length, 1);
  }
});

Deno.test("GoneNodes.pass() keeps a token of another node of the name", async () => {
  const bench = await Bench.open();
  const token = await bench.tokens.createForNode({ ...fakeNode("n"), id: "another" });
  await bench.pass(4 * DAY);
  equal(await bench.node(), null);
  await bench.tokens.holder(token);
});

Deno.test("GoneNodes.pass() counts a silence on that another leader has noted, once it has listened for an hour itself", async () => {
  const bench = await Bench.open();
  await bench.pass(2 * DAY);
  await bench.nextLeader();
  await bench.pass(DAY - 1);
  equal((await bench.node())?.name, "n");
  await bench.nextLeader();
  await bench.pass(HOUR - 1);
  equal((await bench.node())?.name, "n");
  await bench.pass(HOUR);
  equal(await bench.node(), null);
});

Deno.test("GoneNodes.pass() counts from the last word of a node", async () => {
  const bench = await Bench.open();
  await bench.pass(2 * DAY);
  bench.liveness.heard("n");
  await bench.house.pass();
  await bench.clock.jump(60_000);
  bench.liveness.heard("n");
  await bench.house.pass();
  equal((await bench.node())?.silentSince, undefined);
  await bench.pass(3 * DAY - 1);
  equal((await bench.node())?.name, "n");
  await bench.pass(HOUR);
  equal(await bench.node(), null);
});

Deno.test("GoneNodes.pass() keeps a node that has a run, lost ones that hold their place too, and one that is drained", async () => {
  const running = await Bench.open();
  await running.change((change) => putRunning(change, covered(runningKey("n", "former", RUNNING.id)), RUNNING));
  const drained = await Bench.open({ draining: "operator" });
  for (const bench of [running, drained]) {
    await bench.pass(5 * DAY);
    equal((await bench.node())?.name, "n");
  }
  await drained.put({ ...fakeNode("n"), draining: null, silentSince: 1 });
  await drained.pass(HOUR);
  equal(await drained.node(), null);
});

Deno.test("GoneNodes.pass() keeps a node that something waits for; then its empty queue goes with it", async () => {
  const bench = await Bench.open();
  const index = new QueueIndex(bench.store, bench.clock);
  bench.liveness.onForgotten((name) => index.forgetNode(name));
  const selector = { node: "n", tags: {} };
  const id = selectorId(selector);
  const waiting = queuedExecution({ selector: id });
  const place = covered(queueKey(id, waiting.lane, waiting.readyAt, waiting.id));
  await bench.change((change) => {
    putSelector(change, covered(selectorKey(id)), selector);
    putQueueEntry(change, place, waiting);
  });
  await bench.pass(4 * DAY);
  equal((await bench.node())?.name, "n");
  index.forgetNode("n");
  deepEqual([...index.selectors()], [id], "what holds something stays");
  await bench.change((change) => deleteQueueEntry(change, place));
  await bench.pass(HOUR);
  equal(await bench.node(), null);
  deepEqual([...index.selectors()], []);
});

Deno.test("GoneNodes.pass() leaves a node that registers while it looks", async () => {
  const bench = await Bench.open();
  await bench.pass(3 * DAY - 1);
  const drop = bench.tokens.dropOfNode.bind(bench.tokens);
  bench.tokens.dropOfNode = async (change, node) => {
    await drop(change, node);
    await bench.put({ ...fakeNode("n"), incarnation: "i2" });
  };
  const token = await bench.tokens.createForNode(fakeNode("n"));
  await bench.pass(HOUR);
  equal((await bench.node())?.incarnation, "i2");
  await bench.tokens.holder(token);
});
