/** One part of a key. Parts of different types order: bytes, strings (as UTF-8), bigints, numbers, booleans. */
export type KvKeyPart = string | number | bigint | boolean | Uint8Array;

/** A key: its parts, compared one by one. */
export type KvKey = readonly KvKeyPart[];

/** A stored value with its key and the versionstamp of the commit that wrote it. Values are never mutated in place. */
export interface KvEntry {
  key: KvKey;
  value: Uint8Array;
  versionstamp: string;
}

/** What a read of one key answers: the entry, or nulls when there is none. */
export type KvEntryMaybe = KvEntry | { key: KvKey; value: null; versionstamp: null };

/** A range of keys: those under a prefix (from `start` or before `end`, both under it), or from `start` to before `end`. */
export type KvSelector =
  | { prefix: KvKey }
  | { prefix: KvKey; start: KvKey }
  | { prefix: KvKey; end: KvKey }
  | { start: KvKey; end: KvKey };

/** How a range is read: at most `limit` entries, backwards, after a former list's `cursor`, `batchSize` (≤ 1000) at a time. */
export interface KvListOptions {
  limit?: number;
  reverse?: boolean;
  cursor?: string;
  batchSize?: number;
}

/** The entries of a range in order; `cursor` names the place after the last entry that was read. */
export interface KvIterator extends AsyncIterable<KvEntry> {
  readonly cursor: string;
}

/** A key and the versionstamp it must still have; null = it must not exist. */
export interface KvCheck {
  key: KvKey;
  versionstamp: string | null;
}

/** What a commit answers: applied under a versionstamp, or not since a check failed. */
export type KvCommitAnswer = { ok: true; versionstamp: string } | { ok: false };

/** Checks and writes that are applied together or not at all. */
export interface KvAtomic {
  check(...checks: KvCheck[]): this;
  set(key: KvKey, value: Uint8Array): this;
  delete(key: KvKey): this;
  commit(): Promise<KvCommitAnswer>;
}

/** The store as all engines have it: strict reads, ordered ranges, atomic commits, watches that say "look". */
export interface Kv {
  get(key: KvKey): Promise<KvEntryMaybe>;
  /** Reads several keys (10 at most on Deno KV), in their order. */
  getMany(keys: readonly KvKey[]): Promise<KvEntryMaybe[]>;
  list(selector: KvSelector, options?: KvListOptions): KvIterator;
  atomic(): KvAtomic;
  /** The current entries at once, and again when one changed; only the last state is shown, not each. */
  watch(keys: readonly KvKey[]): ReadableStream<KvEntryMaybe[]>;
  close(): void;
}
