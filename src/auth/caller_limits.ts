import { LRUCache } from "lru-cache";
import { CarillonError, type Clock } from "../runtime/mod.ts";

/** How much one token, or one person, may ask of a server; 0 for no limit. */
export interface CallerLimitSettings {
  /** Requests a second; twice as many may come at once. */
  requestsPerSecond: number;
  /** Live answers (events, output that is followed) at the same time. */
  streams: number;
}

/** Callers that are remembered. */
const KNOWN = 10_000;

/** Keeps one caller from taking a server from the others. Each server counts for itself. */
export class CallerLimits {
  readonly #settings: CallerLimitSettings;
  readonly #clock: Clock;
  readonly #buckets = new LRUCache<string, { left: number; at: number }>({ max: KNOWN });
  readonly #streams = new Map<string, number>();

  constructor(settings: CallerLimitSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Counts a request. Throws `too_many`, with when to come again, for one too many. */
  admit(name: string): void {
    const { requestsPerSecond: rate } = this.#settings;
    if (rate === 0) return;
    const nowMs = this.#clock.monotonic();
    const { left, at } = this.#buckets.get(name) ?? { left: 2 * rate, at: nowMs };
    const room = Math.min(2 * rate, left + (nowMs - at) * rate / 1_000);
    this.#buckets.set(name, { left: room < 1 ? room : room - 1, at: nowMs });
    if (room >= 1) return;
    throw new CarillonError(
      "too_many",
      `Cannot answer "${name}": more than ${rate} requests a second; come again in 1 s`,
      {
        retryAfterMs: 1_000,
      },
    );
  }

  /** Counts a live answer until it is disposed. Throws `too_many` for one too many. */
  openStream(name: string): Disposable {
    const { streams } = this.#settings;
    const open = this.#streams.get(name) ?? 0;
    if (streams !== 0 && open >= streams) {
      throw new CarillonError("too_many", `Cannot answer "${name}": ${streams} live answers go on already; end one`, {
        retryAfterMs: 5_000,
      });
    }
    this.#streams.set(name, open + 1);
    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        const left = (this.#streams.get(name) ?? 1) - 1;
        if (left === 0) this.#streams.delete(name);
        else this.#streams.set(name, left);
      },
    };
  }
}
