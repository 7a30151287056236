import type { Clock } from "../../src/runtime/mod.ts";

/** Who sleeps, until which monotonic time. */
interface Sleeper {
  atMs: number;
  wake: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #wallMs: number;
  #monotonicMs = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#wallMs = startMs;
  }

  now(): number {
    return this.#wallMs;
  }

  monotonic(): number {
    return this.#monotonicMs;
  }

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { atMs: this.#monotonicMs + Math.max(0, ms), wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  /** Moves both times by `ms`, stopping at each sleeper's time to let what it wakes run. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#monotonicMs + ms;
    await settled();
    for (let next = this.#next(endMs); next; next = this.#next(endMs)) {
      this.#moveTo(next.atMs);
      next.wake();
      await settled();
    }
    this.#moveTo(endMs);
    await settled();
  }

  /** Moves both times by `ms` at once, as a paused process sees it: sleepers wake late, all together. */
  async jump(ms: number): Promise<void> {
    this.#moveTo(this.#monotonicMs + ms);
    for (const sleeper of [...this.#sleepers]) {
      if (sleeper.atMs <= this.#monotonicMs) sleeper.wake();
    }
    await settled();
  }

  /** Sets the wall clock by `ms` forward (or back); sleepers do not see it. */
  stepWall(ms: number): void {
    this.#wallMs += ms;
  }

  #next(endMs: number): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.atMs <= endMs && (!first || sleeper.atMs < first.atMs)) first = sleeper;
    }
    return first;
  }

  #moveTo(monotonicMs: number): void {
    const ms = Math.max(0, monotonicMs - this.#monotonicMs);
    this.#monotonicMs += ms;
    this.#wallMs += ms;
  }
}

/** Resolves when all that could go on without I/O or time has done so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
