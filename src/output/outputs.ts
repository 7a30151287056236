import { decodeBase64 } from "./base64.ts";
import { type Execution, isEnded, type OutputChunk } from "../model/mod.ts";
import type { Clock, Log } from "../runtime/mod.ts";
import {
  executionTable,
  type OpenExecutions,
  outputKey,
  outputPrefix,
  outputTable,
  putOutput,
  type Store,
  StoreChange,
  writesOf,
} from "../store/mod.ts";
import { decodeChunk, encodeChunk, joinChunks, type StoredChunk } from "./chunk.ts";
import { Follower, type OutputEvent } from "./follower.ts";
import { LiveListener } from "./live_listener.ts";
import type { LiveNews } from "./live_piece.ts";
import { LiveTeller } from "./live_teller.ts";

/** How often a follower looks at the store all the same, in milliseconds: a missed hint costs no more than this. */
const LOOK_EVERY_MS = 1_000;

/** Stands among the followed executions: somebody listens to all that happens. */
const EVENTS = "events";

/** Another server that lives, as far as output is concerned. */
export interface OtherServer {
  incarnation: string;
  /** Executions that are followed there. */
  followed: readonly string[];
  /** The entry of what it tells live that comes next. */
  liveNext: number;
}

/** What outputs work with. */
export interface OutputsDeps {
  store: Store;
  open: OpenExecutions;
  clock: Clock;
  log: Log;
  /** Names this start of this process. */
  incarnation: string;
}

/**
 * Stores output as it comes, and reads it. Who follows an output may do so at any server: each says what is followed at
 * it, and the one that an agent sends to tells the others what they need of it.
 */
export class Outputs {
  readonly #store: Store;
  readonly #open: OpenExecutions;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #teller: LiveTeller;
  readonly #listener: LiveListener;
  readonly #followers = new Map<string, Set<Follower>>();
  readonly #eventTakers = new Set<(events: Uint8Array) => void>();
  #elsewhere: ReadonlySet<string> = new Set();
  #onFollow: () => void = () => {};
  #onFollowHere: () => void = () => {};

  constructor(deps: OutputsDeps) {
    this.#store = deps.store;
    this.#open = deps.open;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#teller = new LiveTeller(deps);
    const take = (news: LiveNews) => this.#take(news);
    this.#listener = new LiveListener({
      ...deps,
      isNeeded: () => this.#followers.size + this.#eventTakers.size > 0,
      take,
    });
    deps.store.onApplied((change) => {
      if (this.#followers.size + this.#elsewhere.size === 0) return;
      for (const { value } of writesOf(change, executionTable)) {
        if (value !== null) this.#spread(value.id, [{ kind: "look", execution: value.id }]);
      }
    });
  }

  /** Tells other servers and hears of them until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#teller.run(signal), this.#listener.run(signal)]);
  }

  /** Stores pieces that are to be kept, and shows all of them to who follows. A piece that comes again changes nothing. */
  async append(chunks: readonly OutputChunk[]): Promise<void> {
    const outputs = [...Map.groupBy(chunks, ({ execution }) => execution)];
    await Promise.all(outputs.map(([, pieces]) => this.#keepAll(pieces.filter(({ live }) => !live))));
    for (const [execution, pieces] of outputs) {
      if (this.#isFollowed(execution)) this.#spread(execution, newsOf(execution, pieces));
    }
  }

  /** Executions of these that somebody reads live, here or at another server. */
  followed(executions: readonly string[]): string[] {
    if (this.#followers.size + this.#elsewhere.size === 0) return [];
    return executions.filter((id) => this.#isFollowed(id));
  }

  /** What is followed at this server: all that happens, and executions, first the one that has been for longest. */
  followedHere(): string[] {
    return [...this.#eventTakers.size > 0 ? [EVENTS] : [], ...this.#followers.keys()];
  }

  /** Hands over what other servers tell of all that happens, until the answer is disposed. */
  listen(take: (events: Uint8Array) => void): Disposable {
    this.#eventTakers.add(take);
    this.#onFollowHere();
    return { [Symbol.dispose]: () => void this.#eventTakers.delete(take) };
  }

  /** Whether somebody listens to all that happens at another server. */
  get isListenedElsewhere(): boolean {
    return this.#elsewhere.has(EVENTS);
  }

  /** Tells the other servers what has happened here. */
  tellEvents(data: Uint8Array): void {
    this.#teller.tell([{ kind: "events", data }]);
  }

  /** The entry of what this server tells live that comes next. */
  get liveNext(): number {
    return this.#teller.next;
  }

  /** What is followed at the other servers that live, and how far each has told. */
  followedElsewhere(servers: readonly OtherServer[]): void {
    const before = this.#elsewhere;
    this.#elsewhere = new Set(servers.flatMap(({ followed }) => followed));
    if (this.#elsewhere.size === 0) this.#teller.rest();
    this.#listener.heard(servers);
    if (!this.#elsewhere.isSubsetOf(before)) this.#onFollow();
  }

  /** Another server may have told something. */
  lookElsewhere(): void {
    this.#listener.look();
  }

  /** Removes what a server told live that is gone for good. */
  async sweep(incarnation: string): Promise<void> {
    await this.#teller.sweep(incarnation);
  }

  /** Calls `wake` when somebody begins to follow, here or at another server. */
  onFollow(wake: () => void): void {
    this.#onFollow = wake;
  }

  /** Calls `wake` when somebody begins to follow at this server. */
  onFollowHere(wake: () => void): void {
    this.#onFollowHere = wake;
  }

  /** Everything kept, with a mark wherever some was dropped. */
  async whole(execution: Execution): Promise<Uint8Array> {
    if (isEnded(execution) && execution.output.inline !== null) return decodeBase64(execution.output.inline);
    return joinChunks(await this.#kept(execution.id, 0));
  }

  /** Pieces from number `from` on, then live ones, until the execution has ended or is gone, or `signal` aborts. */
  async *follow(execution: Execution, from: number, signal: AbortSignal): AsyncIterable<OutputEvent> {
    const follower = new Follower(from);
    const first = await this.#now(execution);
    if (first !== null && !isEnded(first)) this.#add(execution.id, follower);
    try {
      while (!signal.aborted) {
        const live = follower.takeLive();
        // Read before the pieces: those of an ended run are all there.
        const now = await this.#now(execution);
        follower.catchUp(await this.#kept(execution.id, follower.nextKept), live);
        if (now !== null && isEnded(now)) follower.end(now);
        yield* follower.take();
        if (follower.ended || now === null) return;
        await follower.bell.wait(this.#clock, LOOK_EVERY_MS, signal);
      }
    } finally {
      this.#remove(execution.id, follower);
    }
  }

  /** The execution as it is now, wherever it was changed; null when it was deleted before it was seen to end. */
  async #now(execution: Execution): Promise<Execution | null> {
    const { value } = await this.#open.findNow(execution.uid, execution.id);
    return value ?? (isEnded(execution) ? execution : null);
  }

  /** One after the other: who reads meanwhile must not see a piece without the one before it. */
  async #keepAll(chunks: readonly OutputChunk[]): Promise<void> {
    for (const chunk of chunks) await this.#keep(chunk);
  }

  async #keep(chunk: OutputChunk): Promise<void> {
    const change = new StoreChange();
    const place = { key: outputKey(chunk.execution, chunk.n), value: null, versionstamp: null };
    putOutput(change, place, encodeChunk(chunk.skippedBytes, decodeBase64(chunk.data)));
    // Refused means: this piece was stored before.
    await this.#store.commit(change);
  }

  async #kept(execution: string, from: number): Promise<StoredChunk[]> {
    const range = { prefix: outputPrefix(execution), start: outputKey(execution, from) };
    const found = await this.#store.list(outputTable, range);
    return found.map(({ key, value }) => decodeChunk(Number(key[2]), value));
  }

  #add(execution: string, follower: Follower): void {
    const followers = this.#followers.get(execution) ?? new Set<Follower>();
    this.#followers.set(execution, followers);
    followers.add(follower);
    this.#log.debug("Output is followed", { execution });
    this.#onFollow();
    this.#onFollowHere();
  }

  #remove(execution: string, follower: Follower): void {
    const followers = this.#followers.get(execution);
    followers?.delete(follower);
    if (followers?.size === 0) this.#followers.delete(execution);
  }

  #isFollowed(execution: string): boolean {
    return this.#followers.has(execution) || this.#elsewhere.has(execution);
  }

  /** Hands news of an execution to those who follow it here, and to the servers where it is followed. */
  #spread(execution: string, news: readonly LiveNews[]): void {
    for (const one of news) this.#take(one);
    if (this.#elsewhere.has(execution)) this.#teller.tell(news);
  }

  #take(news: LiveNews): void {
    if (news.kind === "events") {
      for (const take of this.#eventTakers) take(news.data);
      return;
    }
    const execution = news.kind === "piece" ? news.piece.execution : news.execution;
    for (const follower of this.#followers.get(execution) ?? []) {
      if (news.kind === "piece") follower.offer(news.piece);
      else follower.bell.wake();
    }
  }
}

/** What there is to tell of pieces, once those to be kept are in the store. */
function newsOf(execution: string, pieces: readonly OutputChunk[]): LiveNews[] {
  const live = pieces.filter((piece) => piece.live).map(({ n, skippedBytes, fromByte, data }): LiveNews => {
    return { kind: "piece", piece: { execution, n, skippedBytes, fromByte, data: decodeBase64(data) } };
  });
  return live.length < pieces.length ? [{ kind: "look", execution }, ...live] : live;
}
