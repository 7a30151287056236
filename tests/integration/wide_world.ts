import { type Engine, type Kv, MemoryKv, PROFILES } from "../../src/kv/mod.ts";
import type { Assignment, Execution, Gap, Group, JobDefinition, Result } from "../../src/model/mod.ts";
import { type Log, silentLog } from "../../src/runtime/mod.ts";
import {
  duePrefix,
  dueTable,
  executionPrefix,
  executionTable,
  gapPrefix,
  gapTable,
  groupPrefix,
  groupTable,
  queuePrefix,
  queueTable,
  runningPrefix,
  runningTable,
  unmadePrefix,
  unmadeTable,
} from "../../src/store/mod.ts";
import { plainJob } from "./model/random_job.ts";
import { Peer } from "./model/peer.ts";
import { Prng } from "./model/prng.ts";
import { observed } from "./model/shadow.ts";
import { StepClock } from "./model/step_clock.ts";
import { FaultyKv } from "../support/faulty_kv.ts";
import { never } from "../support/never.ts";

/** The stores that a wide group is tried on: one writer with large commits, and several with 10 checks a commit. */
export const WIDE_PROFILES = { "one writer": PROFILES.memory, "10 checks a commit": PROFILES.connect } as const;

/** How a test starts a job. */
export const BY_HAND = { force: false, idempotencyKey: null };

/** The same test on each kind of store. */
export function onEach(name: string, test: (profile: Engine["profile"]) => Promise<void>): void {
  for (const [kind, profile] of Object.entries(WIDE_PROFILES)) Deno.test(`${name} (${kind})`, () => test(profile));
}

/** A job for every live node, by hand. */
export function broadcast(name: string, fields: Partial<JobDefinition> = {}): JobDefinition {
  return { ...plainJob(name), tags: {}, schedule: "@manually", retentionCount: 20_000, ...fields };
}

/** A server's core services without its loops, over a store in memory that it can be cut off from, and a crowd of nodes. */
export class WideWorld {
  readonly clock = new StepClock();
  readonly names: string[];
  /** What each node has and has not ended. */
  readonly held = new Map<string, Assignment[]>();
  readonly #memory = new MemoryKv();
  readonly #random = new Prng(7);
  readonly #profile: Engine["profile"];
  #kv = new FaultyKv(this.#memory);
  #servers = 0;
  /** Pages that may yet go before this server is cut off from its store. */
  pagesLeft = Infinity;
  peer: Peer;

  constructor(profile: Engine["profile"], nodes: number) {
    this.#profile = profile;
    this.names = Array.from({ length: nodes }, (_, i) => `node-${String(i).padStart(4, "0")}`);
    this.peer = this.#newPeer();
  }

  /** A world whose nodes are all registered. */
  static async open(profile: Engine["profile"], nodes: number): Promise<WideWorld> {
    const world = new WideWorld(profile, nodes);
    await world.peer.load();
    await world.peer.lead();
    for (const name of world.names) await world.register(name);
    return world;
  }

  /** The server is gone at once unless it is not to be cut off, and another leads, to which all nodes have spoken. */
  async replaceServer({ cut } = { cut: true }): Promise<void> {
    this.#kv.down = cut;
    this.pagesLeft = Infinity;
    this.#kv = new FaultyKv(this.#memory);
    this.peer = this.#newPeer();
    await this.peer.load();
    await this.peer.lead();
    this.hearAll();
  }

  /** Every node has just been heard of. */
  hearAll(): void {
    for (const name of this.names) this.peer.liveness.heard(name);
  }

  async register(name: string): Promise<void> {
    const identity = { name, id: `id-${name}`, incarnation: `${name}.1`, tags: { role: "web" }, slots: 10 };
    const request = { ...identity, executors: ["shell"], version: "0", server: false };
    await this.peer.agents.register(request, "", never);
    this.held.set(name, []);
  }

  /** What the leader and every server do once a second. */
  async round(): Promise<void> {
    const { peer } = this;
    this.clock.advance(1_000);
    this.hearAll();
    if (peer.fence) await peer.firing.pass(peer.fence);
    if (peer.fence) await peer.backlog.pass(peer.fence);
    await peer.effects.pass();
    await peer.expander.look();
    await peer.expander.pass();
    await peer.house.slowPass();
    await peer.deletedJobs.pass();
  }

  /** Each of these nodes takes what there is for it. */
  async take(names: readonly string[] = this.names): Promise<void> {
    const polls = names.map(async (name) => {
      const held = this.held.get(name) ?? [];
      const { claims } = await this.peer.agents.poll({
        node: name,
        incarnation: `${name}.1`,
        freeSlots: 10,
        held: held.map(({ execution }) => ({ execution, startedAfterMs: 0 })),
        waitMs: 1_000,
      }, new AbortController().signal);
      held.push(...claims.filter(({ execution }) => !held.some((known) => known.execution === execution)));
    });
    await this.until(Promise.all(polls));
  }

  /** Each of these nodes ends all that it has. */
  async end(state: Result["state"], names: readonly string[] = this.names): Promise<void> {
    await Promise.all(names.map(async (name) => {
      const results = (this.held.get(name) ?? []).splice(0).map(({ execution, uid }): Result => ({
        execution,
        uid,
        state,
        exitCode: state === "success" ? 0 : 1,
        reason: null,
        startedAfterMs: 0,
        finishedAfterMs: 1,
        output: { sizeBytes: 0, truncated: false, inline: null },
      }));
      if (results.length === 0) return;
      await this.peer.agents.report({ node: name, incarnation: `${name}.1`, started: [], chunks: [], results });
    }));
  }

  /** Lets time pass until some work is done. */
  async until<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const note = () => void (settled = true);
    work.then(note, note);
    while (!settled) {
      for (let i = 0; i < 200 && !settled; i++) await null;
      if (!settled) this.clock.advance(50);
    }
    return await work;
  }

  /** The groups of all jobs, oldest first. */
  async groups(): Promise<Group[]> {
    const groups = await this.peer.store.list(groupTable, { prefix: groupPrefix("").slice(0, 1) });
    return groups.map(({ value }) => value).sort((a, b) => a.createdAt - b.createdAt);
  }

  /** Executions as they stand in the store, wherever; throws for one that stands in two places. */
  async executions(): Promise<Execution[]> {
    const { store } = this.peer;
    const all = new Map<string, Execution>();
    const places = [
      await store.list(executionTable, { prefix: executionPrefix("").slice(0, 1) }),
      await store.list(queueTable, { prefix: queuePrefix() }),
      await store.list(runningTable, { prefix: runningPrefix() }),
    ];
    for (const { value } of places.flat()) {
      if (all.has(value.id)) throw new Error(`"${value.id}" stands in two places`);
      all.set(value.id, value);
    }
    return [...all.values()].sort((a, b) => a.id < b.id ? -1 : 1);
  }

  /** Gaps that are closed. */
  async gaps(): Promise<Gap[]> {
    return (await this.peer.store.list(gapTable, { prefix: gapPrefix("").slice(0, 1) })).map(({ value }) => value);
  }

  /** Gaps that ride in due entries. */
  async openGaps(): Promise<Gap[]> {
    const due = await this.peer.store.list(dueTable, { prefix: duePrefix() });
    return due.flatMap(({ value }) => value.openGap ?? []);
  }

  /** Keys of what is kept of jobs. */
  async left(): Promise<string[]> {
    const keys = await this.peer.store.keys({ prefix: [] });
    const names = keys.map((key) => key.join("/"));
    return names.filter((name) => !/^(slot|node|selector|fence|audit|graph\/lock)/.test(name));
  }

  /** A node leaves. */
  async forget(name: string): Promise<void> {
    await this.peer.agents.leave(name, `${name}.1`);
    this.names.splice(this.names.indexOf(name), 1);
  }

  /** How many targets of all groups are still to be made. */
  async unmade(): Promise<number> {
    const pages = await this.peer.store.list(unmadeTable, { prefix: unmadePrefix() });
    return pages.reduce((sum, { value }) => sum + Object.keys(value.nodes).length, 0);
  }

  #newPeer(): Peer {
    const kv: Kv = observed(this.#kv, (_, writes) => {
      const gone = writes.filter(({ key, value }) => key[0] === "unmade" && value === null).length;
      this.pagesLeft -= gone;
      if (this.pagesLeft <= 0) this.#kv.down = true;
    });
    const engine: Engine = { kv, profile: this.#profile, close: () => Promise.resolve() };
    const name = `s${++this.#servers}`;
    const { clock } = this;
    return new Peer({ name, engine, clock, random: this.#random, log: loudLog(name), inFleet: false });
  }
}

/** Anything but the store's being out of reach fails the test that it comes up in. */
function loudLog(name: string): Log {
  const seen = (message: string) => {
    if (!/503|the store/.test(message)) throw new Error(`${name} logged: ${message}`);
  };
  return { ...silentLog, warn: seen, error: seen };
}

/** How many there are of each. */
export function counted<T extends string>(things: readonly T[]): Partial<Record<T, number>> {
  const counts: Partial<Record<T, number>> = {};
  for (const thing of things) counts[thing] = (counts[thing] ?? 0) + 1;
  return counts;
}
