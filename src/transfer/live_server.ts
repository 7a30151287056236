import type { Engine } from "../kv/mod.ts";
import { CarillonError, type Clock } from "../runtime/mod.ts";
import { leaseKey } from "../store/mod.ts";

/** How long a store is watched for signs of a server, in milliseconds: a lease is renewed, or taken anew, well within it. */
const WATCHED_MS = 3_000;

/** How often it is looked at, in milliseconds. */
const LOOK_EACH_MS = 500;

/**
 * Refuses to go on while a server works on the store: a live one leads or follows, and the lease moves. A store that one
 * process alone can open is told by the lock of its data directory.
 */
export async function refuseLive(engine: Engine, clock: Clock, how: { name: string; what: string }): Promise<void> {
  if (engine.profile.soleWriter) return;
  const before = await engine.kv.get(leaseKey());
  for (let waitedMs = 0; waitedMs < WATCHED_MS; waitedMs += LOOK_EACH_MS) {
    await clock.sleep(LOOK_EACH_MS);
    const now = await engine.kv.get(leaseKey());
    // Given up: that is the end of a server, not a sign of one.
    if (now.versionstamp === null || now.versionstamp === before.versionstamp) continue;
    throw new CarillonError(
      "unavailable",
      `Cannot ${how.what} "${how.name}": a server is working on it; stop all servers first`,
    );
  }
}
