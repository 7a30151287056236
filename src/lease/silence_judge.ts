import type { Clock } from "../runtime/mod.ts";

/** What a silence judge works with. */
export interface SilenceJudgeDeps {
  clock: Clock;
  /** A pause of this process longer than this many milliseconds starts all counts again. */
  maxPauseMs: number;
}

/** The mark that was last read of something, and when it was first read (monotonic milliseconds). */
interface Sight {
  mark: string;
  sinceMs: number;
}

/**
 * Judges who is silent by this process's own monotonic clock: what counts is how long the same mark has been read, from
 * when this judge first read it. No clock of another machine has a part in it, and what the judge could not see (a pause
 * of its own, an error of the store, a new leader's view) counts for nobody: call `restart` then.
 */
export class SilenceJudge {
  readonly #deps: SilenceJudgeDeps;
  readonly #sights = new Map<string, Sight>();

  constructor(deps: SilenceJudgeDeps) {
    this.#deps = deps;
  }

  /** Notes what is read of `key` now: a mark that changes with every sign of life. */
  saw(key: string, mark: string): void {
    const sight = this.#sights.get(key);
    if (sight?.mark !== mark) this.#sights.set(key, { mark, sinceMs: this.#deps.clock.monotonic() });
  }

  /** Milliseconds for which the mark of `key` has been the same; 0 for what was never seen. */
  silentMs(key: string): number {
    const sight = this.#sights.get(key);
    return sight ? this.#deps.clock.monotonic() - sight.sinceMs : 0;
  }

  /** Forgets what is no longer watched. */
  forget(key: string): void {
    this.#sights.delete(key);
  }

  /** Starts all counts again. */
  restart(): void {
    const sinceMs = this.#deps.clock.monotonic();
    for (const sight of this.#sights.values()) sight.sinceMs = sinceMs;
  }

  /**
   * Waits for `waiting`, which was asked to take at most `ms` milliseconds, between two looks. When it took far longer,
   * the process stood still, and all counts start again.
   */
  async rest(ms: number, waiting: Promise<unknown>): Promise<void> {
    const startMs = this.#deps.clock.monotonic();
    await waiting;
    if (this.#deps.clock.monotonic() - startMs > ms + this.#deps.maxPauseMs) this.restart();
  }
}
