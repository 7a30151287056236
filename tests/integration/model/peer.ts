import { AuditTrail } from "../../../src/audit/mod.ts";
import { Tokens } from "../../../src/auth/mod.ts";
import { Agents, AssignedIndex, Broker, Liveness, QueueIndex } from "../../../src/claim/mod.ts";
import { createHandlers, EffectWorker } from "../../../src/effect/mod.ts";
import { BacklogWork, Firing } from "../../../src/fire/mod.ts";
import { Finisher, settleGate } from "../../../src/finish/mod.ts";
import { ClusterPauses, Jobs } from "../../../src/job/mod.ts";
import { DeletedJobs, GoneNodes, Housekeeping, Retention } from "../../../src/keep/mod.ts";
import { Committer, type Engine, GroupCommitter } from "../../../src/kv/mod.ts";
import { type Assignment, type Fence, firstFence } from "../../../src/model/mod.ts";
import { type Clock, type Log, type Random, randomDigits } from "../../../src/runtime/mod.ts";
import { ManualRuns } from "../../../src/server/runs.ts";
import { Expander, Starter } from "../../../src/start/mod.ts";
import {
  type AppliedListener,
  Catalogue,
  cursorTable,
  edgeTable,
  type Entry,
  executionTable,
  fenceKey,
  FenceNow,
  fenceTable,
  Graph,
  HeldJobs,
  heldTable,
  jobTable,
  nodeTable,
  OpenExecutions,
  putFence,
  queueTable,
  runningTable,
  statTable,
  Store,
  StoreChange,
  type Table,
  tombTable,
  unmadeTable,
} from "../../../src/store/mod.ts";
import { SilentBell } from "../../support/silent_bell.ts";
import type { Landing } from "./shadow.ts";

/** Kinds of records that servers tell each other of. */
const FED: Readonly<Record<string, Table<never>>> = Object.fromEntries(
  [
    ["job", jobTable],
    ["stat", statTable],
    ["cursor", cursorTable],
    ["held", heldTable],
    ["past", executionTable],
    ["q", queueTable],
    ["running", runningTable],
    ["unmade", unmadeTable],
    ["node", nodeTable],
    ["graph", edgeTable],
    ["tomb", tombTable],
    ["fence", fenceTable],
  ].map(([head, table]) => [head, table as Table<never>]),
);

/** Of these, only a server's own changes are heard: it reads the others' when it looks. */
const UNFED = new Set(["past", "q", "running", "unmade"]);

/**
 * A store that also hears of commits that are not its own, as a feed would tell them. In a fleet, it hears of its own that
 * way too: in the order in which they landed, whenever their answers come.
 */
class FedStore extends Store {
  readonly toldOf: AppliedListener[] = [];
  inFleet = false;

  override onApplied(listener: AppliedListener): void {
    this.toldOf.push(listener);
    super.onApplied((change, versionstamp) => {
      if (!this.inFleet) listener(change, versionstamp);
    });
  }
}

/** What a server of the model is made of. */
export interface PeerOptions {
  name: string;
  engine: Engine;
  clock: Clock;
  random: Random;
  log: Log;
  /** One of several servers. */
  inFleet: boolean;
}

/** One server: the core services over one way to the store, without loops; the model makes each pass. */
export class Peer {
  readonly name: string;
  readonly store: FedStore;
  readonly jobs: Jobs;
  readonly pauses: ClusterPauses;
  readonly fenceNow: FenceNow;
  readonly runs: ManualRuns;
  readonly agents: Agents;
  readonly assigned: AssignedIndex;
  readonly finisher: Finisher;
  readonly liveness: Liveness;
  readonly index: QueueIndex;
  readonly broker: Broker;
  readonly firing: Firing;
  readonly backlog: BacklogWork;
  readonly effects: EffectWorker;
  readonly house: Housekeeping;
  readonly retention: Retention;
  readonly deletedJobs: DeletedJobs;
  readonly expander: Expander;
  readonly #load: () => Promise<void>;
  /** What is under way in it, one of a kind at a time where a loop would do it. */
  readonly busy = new Set<string>();
  loaded = false;
  dead = false;
  /** The fence as it last saw it as a leader, however long ago. */
  fence: Entry<Fence> | null = null;
  term = 0;

  constructor(options: PeerOptions) {
    const { name, engine, clock, random, log } = options;
    this.name = name;
    const committer = new Committer({ engine, clock, log, incarnation: randomDigits(random, 16) });
    const group = new GroupCommitter({ committer, profile: engine.profile });
    const store = new FedStore({ engine, committer: group, log });
    store.inFleet = options.inFleet;
    this.store = store;
    const catalogue = new Catalogue(store);
    const graph = new Graph(store);
    const held = new HeldJobs(store);
    const open = new OpenExecutions(store);
    const index = new QueueIndex(store, clock);
    const assigned = new AssignedIndex(store);
    const defaultTimezone = "UTC";
    const audit = new AuditTrail({ store, clock, random });
    const parts = { store, catalogue, graph, open, clock, random, log, index, assigned, defaultTimezone, audit };
    const liveness = new Liveness(store, clock);
    const liveNodes = () => liveness.live();
    const fence = new FenceNow(parts);
    const pauseOf = (uid: string) => ({
      held: fence.isPaused || held.has(uid),
      heldUntil: Math.max(fence.pausedUntil ?? 0, catalogue.byUid(uid)?.unpausedAt ?? 0),
    });
    const finisher = new Finisher({ ...parts, counter: { count() {} } });
    const outputs = { append: () => Promise.resolve(), followed: () => [], onFollow() {} };
    const broker = new Broker({ ...parts, pauseOf, fence, minder: undefined, reread() {} });
    const starter = new Starter({ ...parts, liveNodes, settleGate: (gate) => settleGate(gate, store, finisher) });
    const fireDeps = { ...parts, finisher, liveNodes, queuedRuns: (uid: string) => index.queuedRuns(uid) };
    const node = (name: string) => {
      const known = liveness.node(name);
      return known && { node: known, silentMs: liveness.silentMs(name) };
    };
    this.pauses = new ClusterPauses(parts);
    this.fenceNow = fence;
    this.jobs = new Jobs({ ...parts, defaultTarget: "all" });
    this.runs = new ManualRuns({ ...parts, starter, finisher });
    const secrets = { fill: (assignment: Assignment) => Promise.resolve({ assignment }) };
    this.agents = new Agents({ ...parts, broker, liveness, finisher, outputs, secrets });
    this.firing = new Firing(fireDeps);
    this.backlog = new BacklogWork(fireDeps);
    const handlers = createHandlers({ ...parts, jobs: this.jobs, finisher, liveNodes });
    this.effects = new EffectWorker({ ...parts, bell: new SilentBell(), handlers, minds: () => true });
    this.retention = new Retention(store, catalogue);
    this.deletedJobs = new DeletedJobs({ ...parts, finisher });
    this.expander = new Expander(parts);
    this.house = new Housekeeping({
      ...parts,
      finisher,
      deletedJobs: this.deletedJobs,
      goneNodes: new GoneNodes({ ...parts, liveness, tokens: new Tokens({ store, clock, random, audit }) }),
      expander: this.expander,
      node,
      look: () => liveness.look(),
      pauseOf,
      auditKeptMs: Infinity,
    });
    this.liveness = liveness;
    this.assigned = assigned;
    this.finisher = finisher;
    this.index = index;
    this.broker = broker;
    this.#load = async () => {
      await Promise.all([
        liveness.load(store),
        fence.refresh(),
        ...[graph, held, open, index, assigned, this.expander].map((part) => part.load()),
      ]);
      await catalogue.load();
    };
  }

  /** Reads what a server reads before agents may come. */
  async load(): Promise<void> {
    await this.#load();
    this.loaded = true;
  }

  /** Reads again what it may have missed, as a server does each few seconds. */
  async reload(): Promise<void> {
    await this.store.rereadUnknown();
    await this.index.load();
    await this.fenceNow.refresh();
  }

  /** Becomes leader of a new term; keeps the fence for as long as it believes in it. */
  async lead(): Promise<void> {
    const entry = await this.store.read(fenceTable, fenceKey());
    const fence = entry.value ?? firstFence;
    const change = new StoreChange();
    const term = fence.term + 1;
    const raised = { ...fence, term };
    putFence(change, entry, raised);
    const result = await this.store.commit(change);
    if (result.outcome === "refused") return;
    this.term = term;
    this.fence = { key: fenceKey(), value: raised, versionstamp: result.versionstamp };
  }

  /** Reads the fence again, as a leader whose commit was refused. */
  async refresh(): Promise<void> {
    const entry = await this.store.read(fenceTable, fenceKey());
    this.fence = entry.value?.term === this.term ? entry : null;
  }

  /** Hears of a commit that has landed. */
  hear(landing: Landing): void {
    const own = landing.peer === this.name;
    if (own && !this.store.inFleet) return;
    const change = new StoreChange();
    for (const { key, place, after } of landing.rows) {
      const table = FED[String(key[0])];
      if (!table || (key[0] === "graph" && key[1] !== "edge")) continue;
      if (!own && UNFED.has(String(key[0]))) continue;
      change.written.push({ table, key: place, value: after });
      if (!own) this.store.forget(place);
    }
    if (change.written.length === 0) return;
    for (const listener of this.store.toldOf) listener(change, landing.versionstamp);
  }
}
