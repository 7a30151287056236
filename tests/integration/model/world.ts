import { MemoryKv, PROFILES } from "../../../src/kv/mod.ts";
import { CarillonError, type Log, type LogFields, messageOf } from "../../../src/runtime/mod.ts";
import { type Fault, FaultyKv } from "../../support/faulty_kv.ts";
import { DebtRules } from "./debt_rules.ts";
import { FakeAgent } from "./fake_agent.ts";
import { GateRules } from "./gate_rules.ts";
import { PauseRules } from "./pause_rules.ts";
import { Peer } from "./peer.ts";
import { Prng } from "./prng.ts";
import { RunRules } from "./run_rules.ts";
import { idOf, type Landing, observed, Shadow } from "./shadow.ts";
import { drained, StepClock } from "./step_clock.ts";
import { TimeOracle } from "./time_oracle.ts";
import { TurnKv, Turns } from "./turns.ts";

/** Something under way in a server. */
interface Op {
  peer: Peer;
  name: string;
}

/** Of so many seeds one has a crowd of nodes: a job for all of them makes wide groups. */
const CROWD_EACH = 5;
const CROWD = 45;

/** Of so many seeds one has a store of few checks a commit. */
const FEW_CHECKS_EACH = 4;

/** Steps told of a seed that fails. */
const TOLD = 160;

/** What a caller may be told, whatever the store does. */
const REFUSALS = new Set([
  "unavailable",
  "overlap",
  "disabled",
  "not_found",
  "has_dependents",
  "stale",
  "cycle",
  "paused",
  "invalid",
  "forbidden",
]);

/** One or two servers over one store in memory, agents, and everything that watches them. */
export class World {
  readonly random: Prng;
  readonly clock = new StepClock();
  readonly turns = new Turns();
  readonly shadow = new Shadow();
  readonly agents: FakeAgent[];
  readonly peers: Peer[] = [];
  readonly ops = new Set<Op>();
  readonly size: number;
  readonly rules: { runs: RunRules; gates: GateRules; debts: DebtRules; times: TimeOracle; pauses: PauseRules };
  /** Requests whose senders are gone, still on their way. */
  readonly strays: (() => void)[] = [];
  /** Whether commits may fail. */
  faulty = true;
  problem: string | undefined;
  steps = 0;
  landings = 0;
  unavailable = 0;
  readonly #memory = new MemoryKv();
  readonly #seed: number;
  readonly #kvs: FaultyKv[] = [];
  readonly #history: (string | (() => string))[] = [];
  #servers = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.random = new Prng(seed);
    this.size = seed % 3 === 0 ? 2 : 1;
    const tell = (problem: string) => void (this.problem ??= problem);
    this.rules = {
      runs: new RunRules(this.shadow, tell),
      gates: new GateRules(this.shadow, tell),
      debts: new DebtRules(this.shadow, tell),
      times: new TimeOracle(this.shadow, tell),
      pauses: new PauseRules(this.shadow, tell, () => this.clock.now()),
    };
    const { random, shadow } = this;
    const deps = { random, shadow, tell, monotonic: () => this.clock.monotonic(), others: () => this.agents };
    this.agents = [
      new FakeAgent("n1", { role: "web" }, 6, deps),
      new FakeAgent("n2", { role: "web" }, 3, deps),
      new FakeAgent("n3", { role: "db" }, 3, deps),
    ];
    const crowd = seed % CROWD_EACH === 0 ? CROWD : 0;
    for (let i = 0; i < crowd; i++) this.agents.push(new FakeAgent(`c${i}`, { role: "crowd" }, 2, deps));
  }

  /** Adds a line to what is told of a failing seed. */
  note(line: string | (() => string)): void {
    this.#history.push(line);
    if (this.#history.length > TOLD) this.#history.shift();
  }

  /** Starts another server. */
  startPeer(): void {
    const name = `s${++this.#servers}`;
    const memory = observed(this.#memory, (checked, writes, versionstamp) => {
      this.#landed(name, checked, writes, versionstamp);
    });
    const faulty = new FaultyKv(memory);
    this.#kvs.push(faulty);
    const kv = new TurnKv(faulty, {
      turns: this.turns,
      peer: name,
      beforeCommit: () => faulty.plan.push(this.#fate()),
    });
    const { limits } = this.#seed % FEW_CHECKS_EACH === 0 ? PROFILES.connect : PROFILES.memory;
    const engine = { kv, profile: { ...PROFILES.connect, limits }, close: () => Promise.resolve() };
    const { clock, random } = this;
    const peer = new Peer({ name, engine, clock, random, log: this.#log(name), inFleet: this.size > 1 });
    this.peers.push(peer);
    this.begin(peer, "load", () => peer.load());
  }

  /** A server is gone at once; requests it has sent may still land. */
  killPeer(peer: Peer): void {
    peer.dead = true;
    this.peers.splice(this.peers.indexOf(peer), 1);
    for (const { stray } of this.turns.drop(peer.name)) {
      if (stray && this.random.chance(0.5)) this.strays.push(stray);
    }
    for (const op of [...this.ops]) if (op.peer === peer) this.ops.delete(op);
    for (const agent of this.agents) {
      agent.polling = false;
      agent.reporting = false;
      agent.registering = false;
    }
  }

  /** Lets requests land that were held back on their way. */
  landLate(): void {
    const [stray] = this.strays.splice(0, 1);
    stray?.();
    for (const kv of this.#kvs) void kv.landLate().catch(() => {});
  }

  /** The store is out of reach for everybody, or back. */
  setDown(down: boolean): void {
    for (const kv of this.#kvs) kv.down = down;
  }

  /** Begins something in a server. Its failures are judged, its end is waited for by nobody. */
  begin(peer: Peer, name: string, work: () => Promise<unknown>, ended: () => void = () => {}): void {
    const op = { peer, name };
    this.ops.add(op);
    this.note(`${peer.name} ${name}`);
    work().then(() => {}, (thrown) => this.judge(`${peer.name} ${name}`, thrown)).then(() => {
      if (!this.ops.delete(op)) return;
      ended();
    });
  }

  /** Whether a server or its caller may be told this. */
  judge(who: string, thrown: unknown): void {
    if (thrown instanceof CarillonError && REFUSALS.has(thrown.code)) {
      if (thrown.code === "unavailable") this.unavailable++;
      return this.note(`${who}: ${thrown.code}`);
    }
    if (messageOf(thrown).startsWith("503")) return this.note(`${who}: 503`);
    this.problem ??= `${who} failed: ${thrown instanceof Error ? thrown.stack : String(thrown)}`;
  }

  /** Looks at everything that holds at any time. */
  scan(): void {
    const { runs, gates, times } = this.rules;
    runs.scan();
    gates.scan();
    times.scan();
  }

  /** Lets everything go on that can; throws with the history when a rule is broken. */
  async settle(): Promise<void> {
    await drained();
    if (this.problem === undefined) return;
    const lines = this.#history.map((line) => typeof line === "string" ? line : line());
    throw new Error(`Seed ${this.#seed}, step ${this.steps}: ${this.problem}\n${lines.join("\n")}`);
  }

  #fate(): Fault {
    if (!this.faulty || !this.random.chance(0.1)) return "none";
    return this.random.one("lose_request", "lose_request", "lose_answer", "lose_answer", "repeat", "late", "hang");
  }

  #landed(
    name: string,
    checked: ReadonlySet<string>,
    writes: { key: Landing["rows"][number]["key"]; value: Uint8Array | null }[],
    versionstamp: string,
  ): void {
    this.landings++;
    const rows = this.shadow.apply(writes);
    const landing: Landing = { peer: name, checked, rows, versionstamp };
    if (rows.some(({ key }) => key[0] !== "slot")) this.note(() => `    landed ${name}: ${rows.map(told).join(" ")}`);
    const { runs, gates, debts, times, pauses } = this.rules;
    runs.landed(landing);
    gates.landed(landing);
    debts.landed(landing);
    times.landed(landing);
    pauses.landed(landing);
    for (const peer of this.peers) peer.hear(landing);
  }

  /** A log line of an error that is no answer of the store breaks a rule. */
  #log(peer: string): Log {
    const seen = (message: string, fields: LogFields = {}) => {
      if (fields.error !== undefined && typeof fields.error !== "string") return this.judge(peer, fields.error);
      if (!/503|the store|a commit was applied/.test(message)) this.problem ??= `${peer} logged: ${message}`;
      else this.note(`${peer}: ${message}`);
    };
    const log: Log = { debug() {}, info() {}, warn: seen, error: seen, with: () => log };
    return log;
  }
}

function told({ key, before, after }: Landing["rows"][number]): string {
  const state = (value: unknown) =>
    value === null ? "-" : typeof value === "object" && "state" in value ? String(value.state) : "";
  const detail = ["gate", "cursor", "backlog", "gap"].includes(String(key[0])) ? JSON.stringify(after) : "";
  return key[0] === "slot" ? "" : `${idOf(key)}${before === null ? "+" : ""}${state(after)}${detail}`;
}
