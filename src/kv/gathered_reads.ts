import { encodeKey } from "./key_order.ts";
import type { KvEntryMaybe, KvKey } from "./port.ts";

/** Reads under way at once; what is asked for meanwhile waits, and travels together. */
const IN_FLIGHT = 4;

interface Waiting {
  key: KvKey;
  resolve: (entry: KvEntryMaybe) => void;
  reject: (reason: unknown) => void;
}

/**
 * Reads single keys of a store across a network: at once while few reads are under way, and many together while more are,
 * as a request costs both sides far more than a key does.
 */
export class GatheredReads {
  readonly #readMany: (keys: readonly KvKey[]) => Promise<KvEntryMaybe[]>;
  readonly #most: number;
  #waiting: Waiting[] = [];
  #inFlight = 0;

  /** `readMany` reads at most `most` keys at once. */
  constructor(readMany: (keys: readonly KvKey[]) => Promise<KvEntryMaybe[]>, most: number) {
    this.#readMany = readMany;
    this.#most = most;
  }

  /** The entry of a key as it is at some moment after the call. */
  get(key: KvKey): Promise<KvEntryMaybe> {
    encodeKey(key); // a key that cannot be read must not spoil the reads of others
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      this.#send();
    });
  }

  #send(): void {
    if (this.#inFlight >= IN_FLIGHT || this.#waiting.length === 0) return;
    const batch = this.#waiting.splice(0, this.#most);
    this.#inFlight++;
    this.#readMany(batch.map(({ key }) => key)).then(
      (entries) => {
        for (const [i, { key, resolve }] of batch.entries()) {
          resolve(entries[i] ?? { key, value: null, versionstamp: null });
        }
      },
      (thrown) => {
        for (const { reject } of batch) reject(thrown);
      },
    ).finally(() => {
      this.#inFlight--;
      this.#send();
    });
  }
}
