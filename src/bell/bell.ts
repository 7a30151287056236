import type { KvAtomic } from "../kv/mod.ts";

/** Who rang: this process, or another one. */
export type RungBy = "own" | "other";

/**
 * Wake-ups by name. A wake only says "look": it may come too often, and one may be missing, so whoever waits also looks
 * now and then by itself. Names are few (a watch or a queue message may stand behind each).
 */
export interface Bell {
  /**
   * Calls `wake` whenever the bell of this name may have rung, in this process or in another, until the answer is disposed.
   * A throwing `wake` is logged.
   */
  on(name: string, wake: (from: RungBy) => void): Disposable;
  /** Rings in this process, after a commit was applied. */
  ring(names: Iterable<string>): void;
  /** Adds to a commit what wakes the other processes, or this one when it starts again. */
  decorate?(atomic: KvAtomic, names: Iterable<string>): void;
  /** Listens for the rings of others until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
}
