/** A source of randomness; handed in, so that a test can seed it. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** `n` random bytes. */
  bytes(n: number): Uint8Array;
}

/** The machine's own randomness. */
export const systemRandom: Random = {
  next: () => Math.random(),
  bytes: (n) => crypto.getRandomValues(new Uint8Array(n)),
};
