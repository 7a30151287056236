import { encodeKey } from "./key_order.ts";
import type { KvWrite } from "./change.ts";
import type { Engine } from "./engine.ts";
import type {
  Kv,
  KvCommitAnswer,
  KvEntry,
  KvEntryMaybe,
  KvIterator,
  KvKey,
  KvListOptions,
  KvSelector,
} from "./port.ts";
import { PROFILES } from "./profile.ts";
import { type EncodedCheck, GatheredAtomic } from "./gathered_atomic.ts";
import { MemoryWatches } from "./memory_watch.ts";
import { PagedRange, type RangePage } from "./paged_range.ts";
import { SortedKeys } from "./sorted_keys.ts";

/** A store in memory that behaves as Deno KV does: order, versionstamps, checks, limits, cursors, watches. */
export class MemoryKv implements Kv {
  readonly #entries = new Map<string, KvEntry>();
  readonly #keys = new SortedKeys();
  readonly #watches = new MemoryWatches((encoded, key) => this.#read(encoded, key));
  #commits = 0;
  #closed = false;

  // deno-lint-ignore require-await -- a failure must be a rejection
  async get(key: KvKey): Promise<KvEntryMaybe> {
    this.#mustBeOpen();
    return this.#read(encodeKey(key), key);
  }

  // deno-lint-ignore require-await -- a failure must be a rejection
  async getMany(keys: readonly KvKey[]): Promise<KvEntryMaybe[]> {
    this.#mustBeOpen();
    if (keys.length > PROFILES.memory.limits.getMany) throw new TypeError("Too many ranges (max 10)");
    return keys.map((key) => this.#read(encodeKey(key), key));
  }

  list(selector: KvSelector, options: KvListOptions = {}): KvIterator {
    this.#mustBeOpen();
    return new PagedRange((page) => this.#page(page), selector, options);
  }

  atomic(): GatheredAtomic {
    return new GatheredAtomic(PROFILES.memory.limits, (checks, writes) => this.#commit(checks, writes));
  }

  watch(keys: readonly KvKey[]): ReadableStream<KvEntryMaybe[]> {
    this.#mustBeOpen();
    if (keys.length > PROFILES.memory.limits.watchKeys) throw new TypeError("Too many keys (max 10)");
    return this.#watches.open(keys);
  }

  close(): void {
    this.#mustBeOpen();
    this.#closed = true;
    this.#watches.close();
  }

  #read(encoded: string, key: KvKey): KvEntryMaybe {
    return this.#entries.get(encoded) ?? { key, value: null, versionstamp: null };
  }

  // deno-lint-ignore require-await -- a failure must be a rejection
  async #page({ start, end, limit, reverse }: RangePage): Promise<KvEntry[]> {
    this.#mustBeOpen();
    const found = reverse ? this.#keys.descending(start, end, limit) : this.#keys.ascending(start, end, limit);
    return Array.from(found, (encoded) => this.#entries.get(encoded)).filter((entry) => entry !== undefined);
  }

  // deno-lint-ignore require-await -- a failure must be a rejection
  async #commit(
    checks: readonly EncodedCheck[],
    writes: ReadonlyMap<string, KvWrite>,
  ): Promise<KvCommitAnswer> {
    this.#mustBeOpen();
    for (const { encoded, versionstamp } of checks) {
      if ((this.#entries.get(encoded)?.versionstamp ?? null) !== versionstamp) return { ok: false };
    }
    this.#commits++;
    const versionstamp = this.#commits.toString(16).padStart(16, "0").padEnd(20, "0");
    for (const [encoded, { key, value }] of writes) {
      if (value) this.#put(encoded, { key, value, versionstamp });
      else if (this.#entries.delete(encoded)) this.#keys.delete(encoded);
    }
    this.#watches.changed(writes.keys());
    return { ok: true, versionstamp };
  }

  #put(encoded: string, entry: KvEntry): void {
    if (!this.#entries.has(encoded)) this.#keys.add(encoded);
    this.#entries.set(encoded, entry);
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new Deno.errors.BadResource("The store is closed");
  }
}

/** An engine on a new store in memory: nothing outlives the process. */
export function openMemory(): Engine {
  const kv = new MemoryKv();
  return {
    kv,
    profile: PROFILES.memory,
    close() {
      kv.close();
      return Promise.resolve();
    },
  };
}
