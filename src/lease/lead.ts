import { type Clock, Doorbell, type Log, runForever } from "../runtime/mod.ts";
import type { Lease } from "./lease.ts";
import type { Leadership } from "./leadership.ts";

/** Longest wait for a change of leadership before looking again, in milliseconds. */
const LOOK_EACH_MS = 60_000;

/**
 * Runs `work` whenever this process leads, until `signal` aborts. Work gets the leadership, whose signal here aborts on
 * both; it should end soon then. Work that throws is logged and begun again while the leadership lasts; work that ends by
 * itself is begun again with the next leadership.
 */
export async function lead(
  deps: { lease: Lease; clock: Clock; log: Log; name: string },
  signal: AbortSignal,
  work: (leadership: Leadership) => Promise<void>,
): Promise<void> {
  const { lease, clock } = deps;
  const changed = new Doorbell();
  using _listening = lease.onChange(() => changed.wake());
  let doneTerm: number | undefined;
  await runForever(deps, signal, async () => {
    const leadership = lease.current();
    if (!leadership || leadership.term === doneTerm) {
      await changed.wait(clock, LOOK_EACH_MS, signal);
      return;
    }
    await work(withSignal(leadership, AbortSignal.any([signal, leadership.signal])));
    doneTerm = leadership.term;
  });
}

/** The same leadership, its fence of now included, with another signal. */
function withSignal(leadership: Leadership, signal: AbortSignal): Leadership {
  return {
    term: leadership.term,
    get fence() {
      return leadership.fence;
    },
    signal,
  };
}
