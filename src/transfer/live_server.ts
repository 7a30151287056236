import type { Engine } from "../kv/mod.ts";
import { CarillonError, type Clock } from "../runtime/mod.ts";
import { beatsPrefix, leaseKey } from "../store/mod.ts";

/** How long a store is watched for signs of a server, in milliseconds: a lease is renewed, or taken anew, well within it. */
const WATCHED_MS = 3_000;

/** How often it is looked at, in milliseconds. */
const LOOK_EACH_MS = 500;

/**
 * Refuses to go on while a server works on the store: the leader renews its lease, and every server writes what it heard
 * of nodes. A store that one process alone can open is told by the lock of its data directory.
 */
export async function refuseLive(engine: Engine, clock: Clock, how: { name: string; what: string }): Promise<void> {
  if (engine.profile.soleWriter) return;
  const before = await signsOfLife(engine);
  for (let waitedMs = 0; waitedMs < WATCHED_MS; waitedMs += LOOK_EACH_MS) {
    await clock.sleep(LOOK_EACH_MS);
    // What went away since is the end of a server, not a sign of one.
    const isLive = [...await signsOfLife(engine)].some(([key, versionstamp]) => before.get(key) !== versionstamp);
    if (!isLive) continue;
    throw new CarillonError(
      "unavailable",
      `Cannot ${how.what} "${how.name}": a server is working on it; stop all servers first`,
    );
  }
}

/** Versionstamps of what servers write again and again, by key. */
async function signsOfLife({ kv }: Engine): Promise<Map<string, string>> {
  const signs = new Map<string, string>();
  const lease = await kv.get(leaseKey());
  if (lease.versionstamp !== null) signs.set("lease", lease.versionstamp);
  for await (const { key, versionstamp } of kv.list({ prefix: beatsPrefix() })) signs.set(key.join("/"), versionstamp);
  return signs;
}
