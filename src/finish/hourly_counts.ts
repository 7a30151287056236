import { type Clock, type Log, messageOf } from "../runtime/mod.ts";
import { endedKey, endedTable, putEnded, type Store, StoreChange } from "../store/mod.ts";
import type { EndCounter } from "./end_context.ts";

const HOUR_MS = 3_600_000;

/**
 * Groups that ended well and badly in each hour, one record a server. Counted in memory and added to the store once a
 * second, as one hot key would make all ends wait for each other: a crash loses at most the last second's counts.
 */
export class HourlyCounts implements EndCounter {
  readonly #store: Store;
  readonly #server: string;
  readonly #pending = new Map<number, { success: number; failed: number }>();

  constructor(store: Store, server: string) {
    this.#store = store;
    this.#server = server;
  }

  /** Counts the end of a group. */
  count(success: boolean, endedAtMs: number): void {
    const hourMs = Math.floor(endedAtMs / HOUR_MS) * HOUR_MS;
    this.#keep(hourMs, { success: success ? 1 : 0, failed: success ? 0 : 1 });
  }

  /** Adds what was counted to the store; what could not be added is kept for the next time. Throws `unavailable`. */
  async flush(): Promise<void> {
    const pending = [...this.#pending];
    for (const [hourMs, counted] of pending) {
      this.#pending.delete(hourMs);
      let added = false;
      try {
        added = await this.#add(hourMs, counted);
      } finally {
        if (!added) this.#keep(hourMs, counted);
      }
    }
  }

  /** Flushes once a second until `signal` aborts, and once more then. */
  async run(clock: Clock, log: Log, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(1000, signal);
      await this.flush().catch((thrown) => log.error(`Cannot store the hour's counts: ${messageOf(thrown)}`));
    }
  }

  #keep(hourMs: number, counted: { success: number; failed: number }): void {
    const hour = this.#pending.get(hourMs) ?? { success: 0, failed: 0 };
    this.#pending.set(hourMs, {
      success: hour.success + counted.success,
      failed: hour.failed + counted.failed,
    });
  }

  async #add(hourMs: number, counted: { success: number; failed: number }): Promise<boolean> {
    const entry = await this.#store.get(endedTable, endedKey(hourMs, this.#server));
    const change = new StoreChange();
    putEnded(change, entry, {
      success: (entry.value?.success ?? 0) + counted.success,
      failed: (entry.value?.failed ?? 0) + counted.failed,
    });
    return (await this.#store.commit(change)).outcome === "applied";
  }
}
