import { encodeKey } from "./key_order.ts";
import type { KvEntry, KvIterator, KvListOptions, KvSelector } from "./port.ts";

const MAX_BATCH = 1000;
const DEFAULT_BATCH = 100;

/** Encoded keys of one page: at most `limit` entries from `start` to before `end`, the highest first when `reverse`. */
export interface RangePage {
  start: string;
  end: string;
  limit: number;
  reverse: boolean;
}

/** Reads one page of a range in its order; fewer entries than asked for mean that there are no more. */
export type ReadPage = (page: RangePage) => Promise<readonly KvEntry[]>;

/** A list that an engine reads a page at a time, as Deno KV does, so that it sees writes made while it runs. */
export class PagedRange implements KvIterator {
  readonly #read: ReadPage;
  readonly #options: KvListOptions;
  readonly #start: string;
  readonly #end: string;
  #last: string | undefined;

  constructor(read: ReadPage, selector: KvSelector, options: KvListOptions) {
    if ("prefix" in selector && "start" in selector && "end" in selector) {
      throw new TypeError("Selector can not specify both 'start' and 'end' key when specifying 'prefix'");
    }
    if ((options.batchSize ?? 1) > MAX_BATCH) throw new TypeError(`Too many entries (max ${MAX_BATCH})`);
    this.#read = read;
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
      const limit = Math.min(left, batchSize);
      const batch = await this.#read(this.#page(limit));
      for (const entry of batch) {
        this.#last = encodeKey(entry.key);
        yield entry;
      }
      if (batch.length < limit) return;
      left -= batch.length;
    }
  }

  #page(limit: number): RangePage {
    const reverse = this.#options.reverse ?? false;
    if (this.#last === undefined) return { start: this.#start, end: this.#end, limit, reverse };
    return reverse
      ? { start: this.#start, end: this.#last, limit, reverse }
      : { start: this.#last + "\0", end: this.#end, limit, reverse };
  }
}

/** First key of the range, and the first after it. */
function boundsOf(selector: KvSelector): [string, string] {
  if (!("prefix" in selector)) return [encodeKey(selector.start), encodeKey(selector.end)];
  const prefix = encodeKey(selector.prefix);
  const start = "start" in selector ? encodeKey(selector.start) : prefix + "\0";
  return [start, "end" in selector ? encodeKey(selector.end) : prefix + "\xff"];
}
