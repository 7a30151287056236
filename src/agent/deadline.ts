import { CarillonError, type Clock } from "../runtime/mod.ts";
import { LinkedAbort } from "./linked_abort.ts";

/** How long to wait for an answer: `ms` milliseconds, and no longer than until `signal` aborts. */
export interface Patience {
  clock: Clock;
  ms: number;
  signal: AbortSignal;
}

/** What `call` resolves to; when patience ends first, its signal aborts and this rejects with `unavailable`. */
export async function within<T>(
  { clock, ms, signal }: Patience,
  what: string,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  using stop = new LinkedAbort(signal);
  const late = clock.sleep(ms, stop.signal).then((): T => {
    const reason = signal.aborted ? "stopped waiting for an answer" : `no answer within ${ms} ms`;
    throw new CarillonError("unavailable", `Cannot ${what}: ${reason}`);
  });
  try {
    return await Promise.race([call(stop.signal), late]);
  } finally {
    late.catch(() => {});
    stop.abort();
  }
}

/** Waits for `promise` as long as patience lasts; never rejects. */
export async function waitAtMost({ clock, ms, signal }: Patience, promise: Promise<void>): Promise<void> {
  using settled = new LinkedAbort(signal);
  promise.then(settled.abort, settled.abort);
  await clock.sleep(ms, settled.signal);
}
