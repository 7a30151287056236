import type { KvCheck } from "../kv/mod.ts";

/** The fence as the leader last saw it: a check that proves the term, and what the value said then. */
export interface Fence extends KvCheck {
  readonly versionstamp: string;
  readonly value: Uint8Array;
}

/** One time of being leader. */
export interface Leadership {
  /** Which leadership this is; a later one has a greater number. */
  readonly term: number;
  /** The check that every commit of the leader carries. It changes when others write the fence: read it for each commit. */
  readonly fence: Fence;
  /** Aborts when the leadership ends; then nothing more may be begun. */
  readonly signal: AbortSignal;
}

/** A leadership as the lease keeps it. */
export class HeldTerm implements Leadership {
  readonly term: number;
  readonly signal: AbortSignal;
  /** Resolves when the leadership ends. */
  readonly ended: Promise<void>;
  /** Versionstamp of the lease as this holder last wrote it. */
  leaseVersionstamp: string;
  /** How often the lease was renewed. */
  seq = 0;
  /** Monotonic milliseconds at which the leadership ends by itself. */
  deadlineMs: number;
  #fence: Fence;
  readonly #abort = new AbortController();

  constructor(from: { term: number; fence: Fence; leaseVersionstamp: string; deadlineMs: number }) {
    this.term = from.term;
    this.leaseVersionstamp = from.leaseVersionstamp;
    this.deadlineMs = from.deadlineMs;
    this.#fence = from.fence;
    this.signal = this.#abort.signal;
    this.ended = new Promise((resolve) => this.signal.addEventListener("abort", () => resolve(), { once: true }));
  }

  get fence(): Fence {
    return this.#fence;
  }

  /** Takes over a later version of the fence; reads that cross each other never take it back. */
  sawFence(fence: Fence): void {
    if (fence.versionstamp > this.#fence.versionstamp) this.#fence = fence;
  }

  /** Ends the leadership; a second call does nothing. */
  end(): void {
    this.#abort.abort();
  }
}
