import { type Bell, openBell } from "../bell/mod.ts";
import { AuditTrail } from "../audit/mod.ts";
import { Agents, AssignedIndex, Broker, Liveness, Minder, QueueIndex, QueueWatch, WaitingList } from "../claim/mod.ts";
import { createHandlers, EffectWorker } from "../effect/mod.ts";
import { BacklogWork, Firing, runBacklog, runFiring } from "../fire/mod.ts";
import { CANCEL_BELL, Finisher, HourlyCounts, settleGate } from "../finish/mod.ts";
import type { OidcSettings, Tokens } from "../auth/mod.ts";
import { ClusterPauses, Jobs } from "../job/mod.ts";
import { Events } from "../events/mod.ts";
import { type Housekeeping, Retention } from "../keep/mod.ts";
import { type Committer, type Engine, GroupCommitter, timedKv } from "../kv/mod.ts";
import { lead, type Lease, LEASE_BELL } from "../lease/mod.ts";
import { countRuns, Metrics } from "../metrics/mod.ts";
import { Outputs } from "../output/mod.ts";
import { aborted, type Clock, GatheredLog, type Log, type Random, randomDigits, runForever } from "../runtime/mod.ts";
import { Expander, QUEUE_BELL, Starter } from "../start/mod.ts";
import { Catalogue, claimSchema, FenceNow, Graph, HeldJobs, OpenExecutions, Store } from "../store/mod.ts";
import { Plans, Timelines } from "../timeline/mod.ts";
import { type SecretKeys, Secrets } from "../secret/mod.ts";
import { Fleet } from "./fleet.ts";
import { houseOf, pausesOf } from "./known_of.ts";
import { committerOf, leaseOf } from "./lease_of.ts";
import { observedOf } from "./observed.ts";
import { type People, peopleOf } from "./people_of.ts";
import { ManualRuns } from "./runs.ts";
import { StoreViews } from "./views.ts";

/** What a server is made of. */
export interface ServerOptions {
  engine: Engine;
  clock: Clock;
  random: Random;
  log: Log;
  nodeName: string;
  /** Zone of jobs that name none. */
  defaultTimezone: string;
  /** Where jobs run that are created from now on and say nothing of it: on every node, or any one. */
  defaultTarget: "all" | "one";
  version: string;
  /** How long the audit trail is kept, in milliseconds. */
  auditKeptMs: number;
  /** What secrets are encrypted with. */
  secretKeys: SecretKeys;
  /** Who else may say who somebody is; null for nobody. */
  oidc: OidcSettings | null;
  /** The bell to wake by; the one that the engine's profile names when absent. */
  bell?: Bell;
}

/** Everything that works on one store in this process, put together. */
export class Server {
  readonly store: Store;
  readonly jobs: Jobs;
  readonly pauses: ClusterPauses;
  readonly runs: ManualRuns;
  readonly views: StoreViews;
  readonly outputs: Outputs;
  readonly agents: Agents;
  readonly liveness: Liveness;
  readonly finisher: Finisher;
  readonly lease: Lease;
  readonly audit: AuditTrail;
  readonly metrics: Metrics;
  readonly timelines: Timelines;
  readonly events: Events;
  readonly queue: WaitingList;
  readonly plans: Plans;
  readonly people: People;
  readonly secrets: Secrets;
  /** Where it takes requests, as `host:port`; empty until it listens. */
  address = "";
  readonly #options: ServerOptions;
  /** For all but the store: of records that cannot be read each is told, by its key. */
  readonly #log: GatheredLog;
  readonly #incarnation: string;
  readonly #bell: Bell;
  readonly #committer: Committer;
  readonly catalogue: Catalogue;
  readonly #graph: Graph;
  readonly #held: HeldJobs;
  readonly #fence: FenceNow;
  readonly #open: OpenExecutions;
  readonly index: QueueIndex;
  readonly #assigned: AssignedIndex;
  readonly #broker: Broker;
  readonly #counts: HourlyCounts;
  readonly #queues: QueueWatch;
  readonly #firing: Firing;
  readonly #backlog: BacklogWork;
  readonly #effects: EffectWorker;
  readonly #house: Housekeeping;
  readonly #retention: Retention;
  readonly #expander: Expander;
  readonly #fleet: Fleet | null;

  constructor(options: ServerOptions) {
    const { clock, random, nodeName, defaultTimezone, version, auditKeptMs } = options;
    const metrics = this.metrics = this.#metricsOf(clock, version);
    const engine = { ...options.engine, kv: timedKv(options.engine.kv, metrics) };
    const log = this.#log = new GatheredLog(options);
    this.#options = { ...options, engine, log };
    const bell = this.#bell = options.bell ?? openBell(this.#options);
    const incarnation = this.#incarnation = randomDigits(random, 16);
    this.#committer = committerOf(this.#options, bell, incarnation, metrics);
    const committer = new GroupCommitter({ committer: this.#committer, profile: engine.profile });
    const store = this.store = new Store({ engine, committer, log: options.log });
    countRuns(store, metrics);
    const audit = this.audit = new AuditTrail({ store, clock, random });
    this.people = peopleOf({ store, clock, random, audit }, options.oidc);
    const secrets = this.secrets = new Secrets({ store, clock, random, audit, keys: options.secretKeys });
    this.catalogue = new Catalogue(store);
    this.#graph = new Graph(store);
    this.#held = new HeldJobs(store);
    this.#open = new OpenExecutions(store);
    this.index = new QueueIndex(store, clock);
    this.liveness = new Liveness(store, clock);
    const { catalogue, index, liveness } = this;
    const parts = { store, catalogue, graph: this.#graph, open: this.#open, index, clock, random, log, audit };
    const fence = this.#fence = new FenceNow(parts);
    this.pauses = new ClusterPauses(parts);
    const pauseOf = pausesOf(fence, this.#held, this.catalogue);
    const brokering = { ...parts, pauseOf, fence, reread: () => this.#queues.rung() };
    const counter = this.#counts = new HourlyCounts(store, nodeName);
    const finisher = this.finisher = new Finisher({ ...parts, counter });
    const queuedRuns = (uid: string) => index.queuedRuns(uid);
    const making = { ...parts, finisher, queuedRuns, liveNodes: () => liveness.live() };
    this.outputs = new Outputs({ ...parts, incarnation });
    this.#assigned = new AssignedIndex(store);
    const self = { ...parts, name: nodeName, version, address: () => this.address, incarnation };
    const shared = { ...self, held: this.#held, liveness, outputs: this.outputs, bell };
    this.#fleet = engine.profile.soleWriter ? null : new Fleet(shared);
    const peers = this.#fleet?.peers;
    this.#broker = new Broker({ ...brokering, minder: peers && new Minder(peers, this.liveness) });
    fence.onPause(() => this.#broker.look());
    this.#queues = new QueueWatch({ ...parts, broker: this.#broker });
    this.agents = new Agents({ ...shared, secrets, broker: this.#broker, assigned: this.#assigned, finisher });
    this.jobs = new Jobs({ ...parts, defaultTimezone, defaultTarget: options.defaultTarget });
    const starter = new Starter({ ...making, settleGate: (gate) => settleGate(gate, store, finisher) });
    this.runs = new ManualRuns({ ...making, starter });
    this.views = new StoreViews({ ...parts, isPaused: () => fence.isPaused });
    this.queue = new WaitingList({ ...shared, fence });
    this.events = new Events({ ...parts, wire: this.outputs, incarnation });
    this.timelines = new Timelines({ ...parts, pauses: this.pauses, views: this.views, defaultTimezone });
    this.plans = new Plans({ ...parts, isPaused: () => fence.isPaused, defaultTimezone });
    this.#firing = new Firing(making);
    this.#backlog = new BacklogWork(making);
    const handlers = createHandlers({ ...making, jobs: this.jobs, defaultTimezone });
    this.#effects = new EffectWorker({ ...parts, bell, handlers, minds: (n) => peers?.minds(`effects ${n}`) ?? true });
    this.#retention = new Retention(store, this.catalogue);
    this.#expander = new Expander(parts);
    this.#house = houseOf({ ...making, expander: this.#expander, pauseOf, auditKeptMs }, liveness, this.tokens);
    const mindful = [index, this.#assigned, this.#broker, this.agents];
    liveness.onForgotten((node) => mindful.forEach((part) => part.forgetNode(node)));
    this.lease = leaseOf(this.#options, this.#committer, `${nodeName}/${incarnation}`, () => !peers?.clockIsOff);
  }

  /** Tokens of the API, of nodes and to join with. */
  get tokens(): Tokens {
    return this.people.tokens;
  }

  #metricsOf(clock: Clock, version: string): Metrics {
    return new Metrics({ version, clock, observe: () => observedOf(this, clock, this.#fleet?.peers) });
  }

  /** The servers of this store that live, this one first. */
  servers(): { name: string; incarnation: string; address: string; version: string }[] {
    const { nodeName: name, version } = this.#options;
    return [
      { name, version, incarnation: this.#incarnation, address: this.address },
      ...this.#fleet?.peers.others() ?? [],
    ];
  }

  /** Reads what must be known before agents may come. Throws `unavailable` for a store of a newer schema. */
  async load(): Promise<void> {
    await claimSchema(this.store, this.#options.random);
    const parts = [this.#graph, this.#held, this.#open, this.index, this.#assigned, this.#expander].map((part) =>
      part.load()
    );
    await Promise.all([this.liveness.load(this.store), this.#fence.refresh(), ...parts]);
  }

  /**
   * Works until `signal` aborts, and leads when it may until `leadSignal` does (a server that drains starts nothing new, and
   * takes results). Resolves when everything has stopped.
   */
  async run(signal: AbortSignal, leadSignal: AbortSignal = signal): Promise<void> {
    const { clock, log } = this.#options;
    using _lease = this.#bell.on(LEASE_BELL, () => this.lease.look());
    using _queue = this.#bell.on(QUEUE_BELL, (by) => by === "own" ? this.#broker.look() : this.#queues.rung());
    using _cancel = this.#bell.on(CANCEL_BELL, (by) => {
      if (by === "other") {
        void this.agents.lookForCancels().catch((error) => log.warn("Cannot look for runs to be stopped", { error }));
      }
    });
    const loops = {
      ...this.#options,
      firing: this.#firing,
      backlog: this.#backlog,
      lease: this.lease,
      bell: this.#bell,
    };
    const leading = (name: string, work: Parameters<typeof lead>[2]) =>
      lead({ lease: this.lease, clock, log, name }, leadSignal, work);
    await Promise.all([
      this.lease.run(leadSignal),
      this.#bell.run(signal),
      this.#fence.run(signal),
      leading("firing", (leadership) => runFiring(loops, leadership)),
      leading("missed times", (leadership) => runBacklog(loops, leadership)),
      leading("keeping house", (leadership) => this.#keepHouse(leadership.signal)),
      this.#effects.run(signal),
      this.#counts.run(clock, log, signal),
      this.#log.run(signal),
      this.#loadCatalogue(signal),
      this.#keepHistory(signal),
      this.#fleet?.run(signal),
      this.#queues.run(signal),
      this.#expander.run(signal),
      this.events.run(signal),
    ]);
    await this.#committer.close().finally(() => this.#log.flush());
  }

  /** In the background: runs do not wait for it. */
  async #loadCatalogue(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    let loaded = false;
    await runForever({ clock, log, name: "catalogue" }, signal, async () => {
      if (!loaded) await this.catalogue.load();
      loaded = true;
      await aborted(signal);
    });
  }

  async #keepHistory(signal: AbortSignal): Promise<void> {
    await Promise.race([this.catalogue.ready(), aborted(signal)]);
    await this.#retention.run(this.#options, signal);
  }

  async #keepHouse(signal: AbortSignal): Promise<void> {
    await Promise.race([this.catalogue.ready(), aborted(signal)]);
    await this.#house.run(signal);
  }
}
