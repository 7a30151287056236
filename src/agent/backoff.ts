import type { Random } from "../runtime/mod.ts";

const SHORTEST_MS = 100;
const LONGEST_MS = 5_000;

/** Pauses between attempts: from 100 ms, doubling, up to 5 s, each shortened at random by up to half. */
export class Backoff {
  readonly #random: Random;
  #pauseMs = SHORTEST_MS;

  constructor(random: Random) {
    this.#random = random;
  }

  /** How long to wait now, in milliseconds. */
  next(): number {
    const ms = Math.round(this.#pauseMs * (1 - this.#random.next() / 2));
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_MS);
    return ms;
  }

  /** An attempt went well: the next pause is short again. */
  reset(): void {
    this.#pauseMs = SHORTEST_MS;
  }
}
