import { encodeKey } from "./key_order.ts";
import type { KvEntry, KvIterator, KvListOptions, KvSelector } from "./port.ts";
import type { SortedKeys } from "./sorted_keys.ts";

const MAX_BATCH = 1000;
const DEFAULT_BATCH = 100;

/** What a range reads from. */
export interface RangeSource {
  keys: SortedKeys;
  entries: ReadonlyMap<string, KvEntry>;
  mustBeOpen(): void;
}

/** A list over the store in memory, read a batch at a time as Deno KV does, so that it sees writes made while it runs. */
export class MemoryRange implements KvIterator {
  readonly #source: RangeSource;
  readonly #options: KvListOptions;
  readonly #start: string;
  readonly #end: string;
  #last: string | undefined;

  constructor(source: RangeSource, selector: KvSelector, options: KvListOptions) {
    if ("prefix" in selector && "start" in selector && "end" in selector) {
      throw new TypeError("Selector can not specify both 'start' and 'end' key when specifying 'prefix'");
    }
    if ((options.batchSize ?? 1) > MAX_BATCH) throw new TypeError(`Too many entries (max ${MAX_BATCH})`);
    this.#source = source;
    this.#options = options;
    [this.#start, this.#end] = boundsOf(selector);
    if (options.cursor) this.#last = atob(options.cursor);
  }

  get cursor(): string {
    return this.#last === undefined ? "" : btoa(this.#last);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<KvEntry, void, void> {
    let left = this.#options.limit ?? Infinity;
    const batchSize = this.#options.batchSize ?? Math.min(left, DEFAULT_BATCH);
    while (left > 0) {
      this.#source.mustBeOpen();
      const wanted = Math.min(left, batchSize);
      const batch = await Promise.resolve(this.#batch(wanted));
      for (const entry of batch) {
        this.#last = encodeKey(entry.key);
        yield entry;
      }
      if (batch.length < wanted) return;
      left -= batch.length;
    }
  }

  #batch(size: number): KvEntry[] {
    const { keys, entries } = this.#source;
    const found = this.#options.reverse
      ? keys.descending(this.#start, this.#last ?? this.#end, size)
      : keys.ascending(this.#last === undefined ? this.#start : this.#last + "\0", this.#end, size);
    return Array.from(found, (encoded) => entries.get(encoded)).filter((entry) => entry !== undefined);
  }
}

/** First key of the range, and the first after it. */
function boundsOf(selector: KvSelector): [string, string] {
  if (!("prefix" in selector)) return [encodeKey(selector.start), encodeKey(selector.end)];
  const prefix = encodeKey(selector.prefix);
  const start = "start" in selector ? encodeKey(selector.start) : prefix + "\0";
  return [start, "end" in selector ? encodeKey(selector.end) : prefix + "\xff"];
}
