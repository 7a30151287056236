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
