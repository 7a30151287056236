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

/** How often a follower looks at the store all the same, in milliseconds: a missed hint costs no more than this. */
const LOOK_EVERY_MS = 1_000;

/** Stores output as it comes, and reads it. */
export class Outputs {
  readonly #store: Store;
  readonly #open: OpenExecutions;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #followers = new Map<string, Set<Follower>>();
  #onFollow: () => void = () => {};

  constructor(deps: { store: Store; open: OpenExecutions; clock: Clock; log: Log }) {
    this.#store = deps.store;
    this.#open = deps.open;
    this.#clock = deps.clock;
    this.#log = deps.log;
    deps.store.onApplied((change) => {
      for (const { value } of writesOf(change, executionTable)) {
        if (value !== null && this.#followers.has(value.id)) this.#wake(value.id);
      }
    });
  }

  /** Stores pieces that are to be kept, and shows all of them to who follows. A piece that comes again changes nothing. */
  async append(chunks: readonly OutputChunk[]): Promise<void> {
    await Promise.all(chunks.filter((chunk) => !chunk.live).map((chunk) => this.#keep(chunk)));
    for (const chunk of chunks) {
      for (const follower of this.#followers.get(chunk.execution) ?? []) follower.offer(chunk);
    }
  }

  /** Executions of these that somebody reads live. */
  followed(executions: readonly string[]): string[] {
    return this.#followers.size === 0 ? [] : executions.filter((id) => this.#followers.has(id));
  }

  /** Calls `wake` when somebody begins to follow. */
  onFollow(wake: () => void): void {
    this.#onFollow = wake;
  }

  /** Everything kept, with a mark wherever some was dropped. */
  async whole(execution: Execution): Promise<Uint8Array> {
    if (isEnded(execution) && execution.output.inline !== null) return decodeBase64(execution.output.inline);
    return joinChunks(await this.#kept(execution.id, 0));
  }

  /** Pieces from number `from` on, then live ones, until the execution has ended or `signal` aborts. */
  async *follow(execution: Execution, from: number, signal: AbortSignal): AsyncIterable<OutputEvent> {
    const follower = new Follower(from);
    this.#add(execution.id, follower);
    try {
      while (!signal.aborted) {
        // Read before the pieces: those of an ended run are all there.
        const now = (await this.#open.find(execution.uid, execution.id)).value ?? execution;
        follower.catchUp(now, await this.#kept(execution.id, 0));
        yield* follower.take();
        if (follower.ended) return;
        await follower.bell.wait(this.#clock, LOOK_EVERY_MS, signal);
        yield* follower.take();
      }
    } finally {
      this.#remove(execution.id, follower);
    }
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
  }

  #remove(execution: string, follower: Follower): void {
    const followers = this.#followers.get(execution);
    followers?.delete(follower);
    if (followers?.size === 0) this.#followers.delete(execution);
  }

  #wake(execution: string): void {
    for (const follower of this.#followers.get(execution) ?? []) follower.bell.wake();
  }
}
