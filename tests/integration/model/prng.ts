import type { Random } from "../../../src/runtime/mod.ts";

/** Randomness that a seed repeats exactly. */
export class Prng implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761 + 97) >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  bytes(n: number): Uint8Array {
    return Uint8Array.from({ length: n }, () => Math.floor(this.next() * 256));
  }

  /** A whole number from 0 to below `n`. */
  int(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of these; undefined when there is none. */
  pick<T>(from: readonly T[]): T | undefined {
    return from[this.int(from.length)];
  }

  /** One of these, of which there is at least one. */
  one<T>(first: T, ...rest: T[]): T {
    return [first, ...rest][this.int(rest.length + 1)] ?? first;
  }

  /** One of these, each as likely as its weight says. */
  weighted<T extends { weight: number }>(from: readonly T[]): T | undefined {
    let left = this.next() * from.reduce((sum, { weight }) => sum + weight, 0);
    return from.find(({ weight }) => (left -= weight) < 0);
  }
}
