import type { Clock } from "./clock.ts";
import { messageOf } from "./errors.ts";
import type { Log } from "./log.ts";

/** Resolves when `signal` aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/**
 * Runs `step` again and again until `signal` aborts. A step that throws is logged and tried again after a pause that
 * doubles from 100 ms up to 5 s, so one bad round never ends a loop.
 */
export async function runForever(
  deps: { clock: Clock; log: Log; name: string },
  signal: AbortSignal,
  step: () => Promise<void>,
): Promise<void> {
  let pauseMs = 100;
  while (!signal.aborted) {
    try {
      await step();
      pauseMs = 100;
    } catch (thrown) {
      if (signal.aborted) return;
      deps.log.error(`${deps.name}: ${messageOf(thrown)}`, { error: thrown, retryInMs: pauseMs });
      await deps.clock.sleep(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, 5_000);
    }
  }
}

const WOKEN = Symbol("woken");

/** One sleeper that others can wake: `wait` resolves on `wake` (also one that came before), on time-out, or on abort. */
export class Doorbell {
  #rung = false;
  #waiter: (() => void) | undefined;

  /** Wakes the waiter, or the next one to come. */
  wake(): void {
    this.#rung = true;
    this.#waiter?.();
  }

  /** Waits at most `ms` milliseconds; answers whether it was woken. */
  async wait(clock: Clock, ms: number, signal?: AbortSignal): Promise<boolean> {
    if (!this.#rung) {
      const stop = new AbortController();
      // A reason of its own spares the making of an exception with its stack at each wake.
      const end = () => stop.abort(WOKEN);
      signal?.addEventListener("abort", end, { once: true });
      this.#waiter = end;
      if (signal?.aborted) end();
      await clock.sleep(ms, stop.signal);
      signal?.removeEventListener("abort", end);
      this.#waiter = undefined;
    }
    const rung = this.#rung;
    this.#rung = false;
    return rung;
  }
}
