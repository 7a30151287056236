/** Wall and monotonic time, and waiting. Handed in everywhere, so that a test can move it. */
export interface Clock {
  /** Wall clock, epoch milliseconds. */
  now(): number;
  /** Monotonic milliseconds since an arbitrary start; never steps back. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts (never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Longest delay that one platform timer can hold, in milliseconds (2^31 - 1). */
const MAX_TIMER_MS = 2_147_483_647;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep(ms, signal) {
    if (ms <= MAX_TIMER_MS) return oneTimer(ms, signal);
    return oneTimer(MAX_TIMER_MS, signal).then(() =>
      signal?.aborted ? undefined : systemClock.sleep(ms - MAX_TIMER_MS, signal)
    );
  },
};

function oneTimer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, ms));
    signal?.addEventListener("abort", done, { once: true });
  });
}
