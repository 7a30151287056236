import { LRUCache } from "lru-cache";
import { type CommitResult, encodeKey, type Engine, type GroupCommitter, type KvKey } from "../kv/mod.ts";
import { CarillonError, type Log, messageOf } from "../runtime/mod.ts";
import { type Entry, type Found, StoreChange, type Written } from "./store_change.ts";
import type { Table } from "./table.ts";

/** Is told of each applied change of this process, before its commit resolves. */
export type AppliedListener = (change: StoreChange, versionstamp: string) => void;

/** Is told that what was known of a key is no longer to be relied on: at this versionstamp, or at any. */
export type ForgottenListener = (key: KvKey, versionstamp: string | null | undefined) => void;

/** A range to list. Both ends are whole keys, `end` exclusive. */
export interface Range {
  prefix: KvKey;
  start?: KvKey;
  end?: KvKey;
}

interface Remembered {
  value: unknown;
  versionstamp: string;
}

/** How often records of a change with an unknown outcome are read again: it may land late. */
const REREADS = 12;

/** Records remembered at most: what is in flight, and the statistics of the busiest jobs. */
const REMEMBERED = 60_000;

/**
 * Typed records over a store. `get` may answer from what this process itself wrote or read last: good enough to build a
 * change on, as each change is checked, and a refused one forgets what it was built on. `read` answers the truth.
 */
export class Store {
  readonly engine: Engine;
  readonly #committer: GroupCommitter;
  readonly #log: Log;
  readonly #remembered = new LRUCache<string, Remembered>({ max: REMEMBERED });
  readonly #fetches = new Map<string, Promise<Entry<unknown>>>();
  readonly #listeners = new Set<AppliedListener>();
  readonly #forgetters = new Set<ForgottenListener>();
  /** Changes that may be applied or not, and how often they are still to be looked at. */
  readonly #unknown = new Map<StoreChange, number>();
  /** Records met that no schema could read; they are left where they are, and loops go on without them. */
  unreadable = 0;

  constructor(deps: { engine: Engine; committer: GroupCommitter; log: Log }) {
    this.engine = deps.engine;
    this.#committer = deps.committer;
    this.#log = deps.log;
  }

  /** Registers a listener of applied changes. */
  onApplied(listener: AppliedListener): void {
    this.#listeners.add(listener);
  }

  /** Registers a listener of what a refused change shows to be out of date. */
  onForgotten(listener: ForgottenListener): void {
    this.#forgetters.add(listener);
  }

  /** A record to build a change on; perhaps remembered. */
  get<T>(table: Table<T>, key: KvKey): Promise<Entry<T>> | Entry<T> {
    return this.remembered<T>(key) ?? this.#fetch(table, key);
  }

  /** A record as it is now: from memory only where this process is the store's one writer. */
  read<T>(table: Table<T>, key: KvKey): Promise<Entry<T>> | Entry<T> {
    return this.engine.profile.soleWriter ? this.get(table, key) : this.#fetch(table, key);
  }

  /** What this process knows of a record without asking the store. */
  remembered<T>(key: KvKey): Found<T> | undefined {
    const known = this.#remembered.get(cacheKey(key));
    return known && { key, value: known.value as T, versionstamp: known.versionstamp };
  }

  /** Records of a range in key order, at most `limit`; unreadable ones are counted and left out. */
  async list<T>(
    table: Table<T>,
    range: Range,
    options: { limit?: number; reverse?: boolean } = {},
  ): Promise<Found<T>[]> {
    const found: Found<T>[] = [];
    for await (const record of this.scan(table, range, options)) found.push(record);
    return found;
  }

  /** As `list`, one by one. */
  async *scan<T>(
    table: Table<T>,
    range: Range,
    options: { limit?: number; reverse?: boolean } = {},
  ): AsyncIterable<Found<T>> {
    const { limit = Infinity, reverse } = options;
    const batchSize = Math.min(limit, 1000);
    let found = 0;
    for await (const entry of this.engine.kv.list(selectorOf(range), { reverse, batchSize })) {
      if (table.keyParts !== undefined && table.keyParts !== entry.key.length) continue;
      const value = this.#decode(table, entry.key, entry.value);
      if (value === undefined) continue;
      yield { key: entry.key, value, versionstamp: entry.versionstamp };
      if (++found >= limit) return;
    }
  }

  /** Keys of a range in order, at most `limit`. */
  async keys(range: Range, options: { limit?: number; reverse?: boolean } = {}): Promise<KvKey[]> {
    const keys: KvKey[] = [];
    const batchSize = Math.min(options.limit ?? 1000, 1000);
    for await (const entry of this.engine.kv.list(selectorOf(range), { ...options, batchSize })) keys.push(entry.key);
    return keys;
  }

  /** Commits a change, perhaps together with others. Refused: read again, decide again. Throws `unavailable`, `too_large`. */
  async commit(change: StoreChange): Promise<CommitResult> {
    let result: CommitResult;
    try {
      result = await this.#committer.submit(change.change);
    } catch (thrown) {
      this.#forget(change);
      if (thrown instanceof CarillonError && thrown.code === "unavailable") this.#unknown.set(change, REREADS);
      throw thrown;
    }
    if (result.outcome === "refused") this.#forget(change);
    else this.#remember(change, result.versionstamp);
    return result;
  }

  /**
   * Reads again what changes with an unknown outcome may have written, and tells the listeners, who would never hear of it
   * otherwise. To be called now and then; throws when the store can't be read.
   */
  async rereadUnknown(): Promise<void> {
    for (const [unknown, left] of [...this.#unknown]) {
      for (const { table, key } of unknown.written) {
        const { value, versionstamp } = await this.#fetch(table, key);
        const change = new StoreChange();
        change.written.push({ table, key, value });
        this.#tell(change, versionstamp ?? "");
      }
      if (left > 1) this.#unknown.set(unknown, left - 1);
      else this.#unknown.delete(unknown);
    }
  }

  /** Another server has changed a record: what was known of it is over, and the listeners are told. */
  heard(written: Written, versionstamp: string): void {
    this.#forgetAt(written.key, undefined);
    const change = new StoreChange();
    change.written.push(written);
    this.#tell(change, versionstamp);
  }

  /** Lets go of what is remembered of a key, so that the next `get` asks the store. */
  forget(key: KvKey): void {
    this.#forgetAt(key, undefined);
  }

  #fetch<T>(table: Table<T>, key: KvKey): Promise<Entry<T>> {
    const id = cacheKey(key);
    const underWay = this.#fetches.get(id);
    if (underWay) return underWay as Promise<Entry<T>>;
    const fetch: Promise<Entry<T>> = this.#ask(table, key, () => this.#fetches.get(id) === fetch).finally(() => {
      if (this.#fetches.get(id) === fetch) this.#fetches.delete(id);
    });
    this.#fetches.set(id, fetch);
    return fetch;
  }

  async #ask<T>(table: Table<T>, key: KvKey, current: () => boolean): Promise<Entry<T>> {
    const absent = { key, value: null, versionstamp: null };
    // Names come from outside: nothing can stand under one that is too long, and the engine throws when asked for it.
    if (encodeKey(key).length > this.engine.profile.limits.keyBytes) return absent;
    const entry = await this.engine.kv.get(key);
    if (entry.value === null) return absent;
    const value = table.decode(entry.value);
    // An own write that overtook this read has already said what the record is.
    if (current() && table.remembers?.(value)) {
      this.#remembered.set(cacheKey(key), { value, versionstamp: entry.versionstamp });
    }
    return { key, value, versionstamp: entry.versionstamp };
  }

  #decode<T>(table: Table<T>, key: KvKey, bytes: Uint8Array): T | undefined {
    try {
      return table.decode(bytes);
    } catch (thrown) {
      this.unreadable++;
      this.#log.error(`Cannot read a stored ${table.name}: it is left out`, {
        key: key.join("/"),
        error: messageOf(thrown),
      });
      return undefined;
    }
  }

  #remember(change: StoreChange, versionstamp: string): void {
    for (const written of change.written) {
      if (this.#fetches.size > 0) this.#fetches.delete(cacheKey(written.key));
      if (written.table.remembers) this.#rememberOne(written, versionstamp);
    }
    this.#tell(change, versionstamp);
  }

  #tell(change: StoreChange, versionstamp: string): void {
    for (const listener of this.#listeners) {
      try {
        listener(change, versionstamp);
      } catch (thrown) {
        this.#log.error("A listener of the store failed", { error: thrown });
      }
    }
  }

  #rememberOne({ table, key, value }: Written, versionstamp: string): void {
    const id = cacheKey(key);
    if (value === null || !table.remembers?.(value as never)) {
      this.#remembered.delete(id);
      return;
    }
    const known = this.#remembered.peek(id);
    if (known === undefined || known.versionstamp < versionstamp) this.#remembered.set(id, { value, versionstamp });
  }

  #forget(change: StoreChange): void {
    for (const { key, versionstamp } of change.change.checks.values()) this.#forgetAt(key, versionstamp);
    for (const { key } of change.written) this.#remembered.delete(cacheKey(key));
  }

  #forgetAt(key: KvKey, versionstamp: string | null | undefined): void {
    this.#remembered.delete(cacheKey(key));
    for (const listener of this.#forgetters) listener(key, versionstamp);
  }
}

function cacheKey(key: KvKey): string {
  return key.join("\u0000");
}

function selectorOf(range: Range) {
  const { prefix, start, end } = range;
  return start && end ? { start, end } : start ? { prefix, start } : end ? { prefix, end } : { prefix };
}
