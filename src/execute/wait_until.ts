import type { Clock } from "../runtime/mod.ts";

/** Waits for an instant of the monotonic clock, however far off (one timer holds 24 days), or until `signal` aborts. */
export async function waitUntil(clock: Clock, instantMs: number, signal: AbortSignal): Promise<void> {
  for (let leftMs = instantMs - clock.monotonic(); leftMs > 0 && !signal.aborted;) {
    await clock.sleep(leftMs, signal);
    leftMs = instantMs - clock.monotonic();
  }
}
