import { type Clock, Doorbell, hash64, type Log, messageOf } from "../runtime/mod.ts";
import { SilenceJudge } from "../lease/mod.ts";
import { beatsKey, beatsPrefix, beatsTable, deleteBeats, putBeats, type Store, StoreChange } from "../store/mod.ts";
import type { Beats } from "../model/mod.ts";
import type { Liveness } from "./liveness.ts";

/** The bell that says: a server has said that other outputs are followed at it. */
export const BEATS_BELL = "beats";

/** How often servers say that they live, and look for others, in milliseconds. */
const EVERY_MS = 1_000;
/** Shortest time between two times of saying and looking, when there is something that should not wait, in milliseconds. */
const AT_LEAST_MS = 100;
/** Followed executions that a server tells of at most. */
const MOST_FOLLOWED = 500;
/** A server that says nothing for so long is gone, in milliseconds. */
const GONE_AFTER_MS = 5_000;
/** What a server said that is gone is removed after this time, in milliseconds. */
const SWEPT_AFTER_MS = 60_000;
/** Nodes in one record. */
const NODES_IN_ONE = 500;

/** Another server, or this one. */
export interface Peer {
  incarnation: string;
  name: string;
  /** Where it takes requests, as `host:port`. */
  address: string;
  version: string;
  /** The nodes that it has heard lately: they ask it for work. */
  nodes: readonly string[];
  /** The entry of its feed that comes next. */
  feedNext: number;
  /** Executions whose output is followed at it. */
  followed: readonly string[];
  /** The entry of what it tells live that comes next. */
  liveNext: number;
  /** How far its wall clock is ahead of this one's, in milliseconds, as well as can be told. */
  clockAheadMs: number;
}

/** What the servers of one store know of each other by. */
export interface PeersDeps {
  store: Store;
  liveness: Liveness;
  clock: Clock;
  log: Log;
  name: string;
  version: string;
  /** Where this server takes requests, as `host:port`. */
  address: () => string;
  incarnation: string;
  /** The entry of this server's feed that comes next. */
  feedNext: () => number;
  /** Executions whose output is followed at this server, and the entry of what it tells live that comes next. */
  followed: () => readonly string[];
  liveNext: () => number;
  /** Told of the other servers whenever they were looked for, and of the newest versionstamp that was seen. */
  onLook: (others: readonly Peer[], versionstamp: string) => Promise<void>;
  /** Removes what a server left that is gone for good. */
  sweep: (incarnation: string) => Promise<void>;
}

/**
 * The servers that work on one store. Each writes once a second whom it has heard, and reads what the others have written:
 * so every server knows which nodes live, and which servers. Who is silent is judged on this server's own clock.
 */
export class Peers {
  readonly #deps: PeersDeps;
  readonly #judge: SilenceJudge;
  readonly #others = new Map<string, Peer>();
  /** The last beat read of each server. */
  readonly #seqs = new Map<string, number>();
  /** What each server last said of each node. */
  readonly #marks = new Map<string, Map<string, number>>();
  #seq = 0;
  /** Followed executions that the others were last told of. */
  #toldFollowed = "";
  readonly #bell = new Doorbell();

  constructor(deps: PeersDeps) {
    this.#deps = deps;
    this.#judge = new SilenceJudge({ clock: deps.clock, maxPauseMs: EVERY_MS });
    deps.liveness.onForgotten((node) => this.#forgetNode(node));
  }

  /** Says and looks once a second until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { log } = this.#deps;
    while (!signal.aborted) {
      try {
        await this.#say();
        await this.look();
      } catch (thrown) {
        this.#judge.restart();
        log.warn(`Cannot say that this server lives: ${messageOf(thrown)}`, { error: thrown });
      }
      await this.#judge.rest(EVERY_MS, this.#pause(signal));
    }
  }

  /** Says that this server is gone: nobody removes anything for it any more. */
  async leave(): Promise<void> {
    await this.#remove(this.#deps.incarnation);
  }

  /** There is something to say, or to look for, that should not wait for the next second. */
  hurry(): void {
    this.#bell.wake();
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    await clock.sleep(AT_LEAST_MS, signal);
    await this.#bell.wait(clock, EVERY_MS - AT_LEAST_MS, signal);
  }

  /** The other servers that live. */
  others(): Peer[] {
    return [...this.#others.values()];
  }

  /**
   * Whether this server is the one that minds something: of itself and those others that live and that `mayMind` it, the one
   * whose name hashes highest with it.
   */
  minds(what: string, mayMind: (peer: Peer) => boolean = () => true): boolean {
    const own = weight(this.#deps.incarnation, what);
    for (const peer of this.#others.values()) {
      if (weight(peer.incarnation, what) > own && mayMind(peer)) return false;
    }
    return true;
  }

  /** Whether this server's wall clock is more than a second off the middle one of three or more. */
  get clockIsOff(): boolean {
    return this.#others.size >= 2 && Math.abs(this.clockOffMs) > 1_000;
  }

  /** How far the middle clock of the servers is ahead of this one's, in milliseconds. */
  get clockOffMs(): number {
    const ahead = [0, ...this.others().map((peer) => peer.clockAheadMs)].sort((a, b) => a - b);
    return ahead[Math.floor(ahead.length / 2)] ?? 0;
  }

  /** Reads what the others have said. */
  async look(): Promise<void> {
    const { store, incarnation, clock, onLook } = this.#deps;
    const found = await store.list(beatsTable, { prefix: beatsPrefix() });
    const others = Map.groupBy(found, ({ key }) => String(key[1]));
    others.delete(incarnation);
    for (const [server, parts] of others) this.#hear(server, parts.map(({ value }) => value), clock.now());
    for (const server of [...this.#others.keys()]) if (!others.has(server)) this.#forget(server);
    for (const server of others.keys()) await this.#judgeSilence(server);
    const newest = found.reduce((newest, { versionstamp }) => versionstamp > newest ? versionstamp : newest, "");
    await onLook(this.others(), newest);
  }

  /** The first part of what a server says tells of the server itself; those that say more than it now does are old. */
  #hear(of: string, parts: readonly Beats[], nowMs: number): void {
    const [first] = parts;
    if (first === undefined) return;
    const nodes = parts.slice(0, partsFor(first.agents)).flatMap(({ nodes }) => Object.entries(nodes));
    const before = this.#seqs.get(of);
    this.#seqs.set(of, first.seq);
    this.#judge.saw(of, `${first.seq}`);
    // The first sight says nothing: it may be what a server left that died long ago.
    if (before !== undefined && before !== first.seq) this.#note(of, first, nodes.map(([node]) => node), nowMs);
    const marks = this.#marks.get(of) ?? new Map<string, number>();
    this.#marks.set(of, marks);
    for (const [node, mark] of nodes) {
      if (marks.get(node) !== mark && marks.has(node)) this.#deps.liveness.heard(node, "elsewhere");
      marks.set(node, mark);
    }
  }

  #note(of: string, value: Beats, nodes: readonly string[], nowMs: number): void {
    const known = this.#others.get(of);
    const { name, address, version, feedNext, followed, liveNext } = value;
    // A beat is read some time after it was written: the freshest reading, the highest, tells most.
    const aheadMs = value.at - nowMs;
    const clockAheadMs = known === undefined ? aheadMs : Math.max(aheadMs, known.clockAheadMs - 100);
    const said = { name, address, version, feedNext, followed, liveNext };
    this.#others.set(of, { ...said, incarnation: of, nodes, clockAheadMs });
  }

  async #judgeSilence(of: string): Promise<void> {
    const silentMs = this.#judge.silentMs(of);
    if (silentMs > GONE_AFTER_MS) this.#others.delete(of);
    if (silentMs <= SWEPT_AFTER_MS || !this.minds(of)) return;
    await this.#deps.sweep(of);
    await this.#remove(of);
    this.#forget(of);
  }

  #forgetNode(node: string): void {
    for (const marks of this.#marks.values()) marks.delete(node);
  }

  #forget(of: string): void {
    this.#others.delete(of);
    this.#seqs.delete(of);
    this.#judge.forget(of);
    this.#marks.delete(of);
  }

  async #say(): Promise<void> {
    const { store, liveness, clock, name, version, address, incarnation, feedNext, liveNext } = this.#deps;
    const followed = this.#deps.followed().slice(0, MOST_FOLLOWED);
    const toldFollowed = followed.join();
    const heard = Object.entries(liveness.heardHere());
    const parts = partsFor(heard.length);
    this.#seq++;
    for (let n = 0; n < parts; n++) {
      const key = beatsKey(incarnation, n);
      const nodes = Object.fromEntries(heard.slice(n * NODES_IN_ONE, (n + 1) * NODES_IN_ONE));
      const change = new StoreChange();
      const seen = { name, version, address: address(), seq: this.#seq, at: clock.now(), agents: heard.length, nodes };
      const beats: Beats = { ...seen, feedNext: feedNext(), followed: n === 0 ? followed : [], liveNext: liveNext() };
      putBeats(change, await store.get(beatsTable, key), beats);
      if (n === 0 && toldFollowed !== this.#toldFollowed) change.ring(BEATS_BELL);
      await store.commit(change);
    }
    this.#toldFollowed = toldFollowed;
  }

  async #remove(incarnation: string): Promise<void> {
    const { store } = this.#deps;
    for (const entry of await store.list(beatsTable, { prefix: beatsPrefix(incarnation) })) {
      const change = new StoreChange();
      deleteBeats(change, entry);
      await store.commit(change);
    }
  }
}

/** Records that so many nodes take. */
function partsFor(nodes: number): number {
  return Math.max(1, Math.ceil(nodes / NODES_IN_ONE));
}

function weight(incarnation: string, what: string): number {
  const [high, low] = hash64(`${incarnation}/${what}`);
  return high * 2 ** 21 + (low >>> 11);
}
