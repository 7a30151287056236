import { CarillonError, type Clock } from "../runtime/mod.ts";

/** Why the wait for the deadline ends early. */
const ANSWERED = "answered";

/** The answer of a store call, or `unavailable` when it has none after `ms` milliseconds; the call itself goes on. */
export async function withDeadline<T>(clock: Clock, ms: number, what: string, answer: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = clock.sleep(ms, stop.signal).then(() => {
    if (stop.signal.aborted) return answer;
    throw new CarillonError("unavailable", `Cannot ${what}: the store did not answer within ${ms} ms`);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    stop.abort(ANSWERED); // a reason of its own, as making the usual error costs more than the rest of this
    late.catch(() => {});
  }
}

/** Runs a call that can be aborted, and aborts it with `unavailable` when it has no answer after `ms` milliseconds. */
export async function abortedAfter<T>(
  clock: Clock,
  ms: number,
  what: string,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const answered = new AbortController();
  clock.sleep(ms, answered.signal).then(() => {
    if (answered.signal.aborted) return;
    stop.abort(new CarillonError("unavailable", `Cannot ${what}: no answer within ${Math.round(ms)} ms`));
  });
  try {
    return await call(stop.signal);
  } finally {
    answered.abort(ANSWERED);
  }
}

/** Milliseconds before a failed read is tried again; doubles up to the last. */
const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 250;

/**
 * Tries a read again while it fails with `unavailable` and `ms` milliseconds have not passed; `attempt` is told how many
 * are left. Only for calls that change nothing.
 */
export async function readUntil<T>(clock: Clock, ms: number, attempt: (leftMs: number) => Promise<T>): Promise<T> {
  const untilMs = clock.monotonic() + ms;
  for (let pauseMs = FIRST_PAUSE_MS;; pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS)) {
    try {
      return await attempt(Math.max(1, untilMs - clock.monotonic()));
    } catch (thrown) {
      const passing = thrown instanceof CarillonError && thrown.code === "unavailable";
      if (!passing || clock.monotonic() + pauseMs >= untilMs) throw thrown;
      await clock.sleep(pauseMs);
    }
  }
}
