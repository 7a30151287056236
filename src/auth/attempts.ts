import { LRUCache } from "lru-cache";
import { CarillonError, type Clock } from "../runtime/mod.ts";

/** Wrong attempts that cost nothing; each further one doubles the wait, up to the longest, in milliseconds. */
const FREE = 5, FIRST_WAIT_MS = 1_000, LONGEST_WAIT_MS = 15 * 60_000;

/** Names and addresses that are remembered. */
const KNOWN = 50_000;

/** How often each name and address was wrong of late: the more often, the longer it has to wait. */
export class Attempts {
  readonly #clock: Clock;
  readonly #wrong = new LRUCache<string, { times: number; waitsUntil: number }>({ max: KNOWN });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws `too_many` while one of these has to wait. */
  admit(...keys: string[]): void {
    const nowMs = this.#clock.monotonic();
    const waitMs = Math.max(...keys.map((key) => (this.#wrong.get(key)?.waitsUntil ?? 0) - nowMs));
    if (waitMs <= 0) return;
    const seconds = Math.ceil(waitMs / 1_000);
    throw new CarillonError("too_many", `Cannot sign in: too many wrong attempts; try again in ${seconds} s`, {
      retryAfterMs: waitMs,
    });
  }

  /** Notes a wrong attempt of each; answers how many the first of them has had. */
  fail(...keys: string[]): number {
    const nowMs = this.#clock.monotonic();
    const counts = keys.map((key) => {
      const times = (this.#wrong.get(key)?.times ?? 0) + 1;
      const waitMs = times <= FREE ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (times - FREE - 1), LONGEST_WAIT_MS);
      this.#wrong.set(key, { times, waitsUntil: nowMs + waitMs });
      return times;
    });
    return counts[0] ?? 0;
  }

  /** The right one has come: nothing is held against it any more. */
  succeed(...keys: string[]): void {
    for (const key of keys) this.#wrong.delete(key);
  }
}
