import type { Clock } from "../../../src/runtime/mod.ts";

interface Sleeper {
  atMs: number;
  wake: () => void;
}

/** A clock that a model moves between its steps. It needs no timers, so that a step costs microseconds. */
export class StepClock implements Clock {
  readonly #startMs: number;
  readonly #sleepers = new Set<Sleeper>();
  #ms = 0;

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#startMs = startMs;
  }

  now(): number {
    return this.#startMs + this.#ms;
  }

  monotonic(): number {
    return this.#ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { atMs: this.#ms + Math.max(0, ms), wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  /** Moves on by `ms` milliseconds and wakes whose time has come, in the order of their times. */
  advance(ms: number): void {
    this.#ms += ms;
    const due = [...this.#sleepers].filter(({ atMs }) => atMs <= this.#ms);
    for (const { wake } of due.sort((a, b) => a.atMs - b.atMs)) wake();
  }
}

/** Lets all that can go on do so: everything in a model waits for microtasks, for a turn, or for the clock. */
export async function drained(): Promise<void> {
  for (let i = 0; i < 80; i++) await null;
}
