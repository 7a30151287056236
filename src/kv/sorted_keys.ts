/** Keys of a chunk before it is split in two; small enough that an insert moves little memory. */
const CHUNK_KEYS = 512;

/** A set of encoded keys in order: adds, deletes and seeks stay cheap up to millions of keys. */
export class SortedKeys {
  /** Non-empty chunks in order, each in order. */
  readonly #chunks: string[][] = [];

  /** Adds a key that is not there yet. */
  add(key: string): void {
    const at = Math.max(0, this.#chunkOf(key));
    const chunk = this.#chunks[at];
    if (!chunk) {
      this.#chunks.push([key]);
      return;
    }
    chunk.splice(firstAtOrAfter(chunk, key), 0, key);
    if (chunk.length > CHUNK_KEYS) this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK_KEYS / 2));
  }

  /** Takes a key away that is there. */
  delete(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    if (!chunk) return;
    const index = firstAtOrAfter(chunk, key);
    if (chunk[index] !== key) return;
    chunk.splice(index, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /** At most `limit` keys from `start` to before `end`, the lowest first. */
  *ascending(start: string, end: string, limit: number): Iterable<string> {
    for (let at = Math.max(0, this.#chunkOf(start)); at < this.#chunks.length; at++) {
      const chunk = this.#chunks[at] ?? [];
      for (let i = firstAtOrAfter(chunk, start); i < chunk.length; i++) {
        const key = chunk[i] ?? "";
        if (key >= end || limit-- <= 0) return;
        yield key;
      }
    }
  }

  /** At most `limit` keys from `start` to before `end`, the highest first. */
  *descending(start: string, end: string, limit: number): Iterable<string> {
    for (let at = this.#chunkOf(end); at >= 0; at--) {
      const chunk = this.#chunks[at] ?? [];
      for (let i = firstAtOrAfter(chunk, end) - 1; i >= 0; i--) {
        const key = chunk[i] ?? "";
        if (key < start || limit-- <= 0) return;
        yield key;
      }
    }
  }

  /** The last chunk whose first key is not after `key`; -1 when all are. */
  #chunkOf(key: string): number {
    let low = 0, high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#chunks[middle]?.[0] ?? "") <= key) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Index of the first element that is not before `key`. */
function firstAtOrAfter(chunk: readonly string[], key: string): number {
  let low = 0, high = chunk.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((chunk[middle] ?? "") < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
