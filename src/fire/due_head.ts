import type { Clock } from "../runtime/mod.ts";
import { duePrefix, dueTable, type Store, writesOf } from "../store/mod.ts";

/** How long what is known of the head is relied on before it is read again, in milliseconds. */
const KNOWN_FOR_MS = 5_000;

/**
 * When the first due entry is due. Where this process is the store's only writer, what it has read is lowered by what it
 * writes, so that a change of a job whose next time is far away costs no look at the index.
 */
export class DueHead {
  readonly #store: Store;
  readonly #clock: Clock;
  /** Epoch milliseconds; nothing is due before. Undefined when it is not known. */
  #atMs: number | undefined;
  #readAtMs = 0;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    store.onApplied((change) => {
      for (const { key, value } of writesOf(change, dueTable)) {
        if (value !== null && this.#atMs !== undefined) this.#atMs = Math.min(this.#atMs, Number(key[1]));
      }
    });
  }

  /** How long nothing will be due, in milliseconds; 0 when that is not known. */
  waitMs(): number {
    if (!this.#store.engine.profile.soleWriter || this.#atMs === undefined) return 0;
    if (this.#clock.monotonic() - this.#readAtMs > KNOWN_FOR_MS) return 0;
    return Math.max(0, this.#atMs - this.#clock.now());
  }

  /** Reads when the first entry is due; answers how long that is from now on, in milliseconds. */
  async read(): Promise<number> {
    // What is written from here on counts, whether the read sees it or not.
    this.#atMs = Infinity;
    this.#readAtMs = this.#clock.monotonic();
    const [head] = await this.#store.keys({ prefix: duePrefix() }, { limit: 1 });
    if (head !== undefined) this.#atMs = Math.min(this.#atMs, Number(head[1]));
    // From now on, and not from when the pass began: under load a read takes a while.
    return Math.max(0, this.#atMs - this.#clock.now());
  }
}
