import type { Bell } from "../bell/mod.ts";
import { Committer, type Engine } from "../kv/mod.ts";
import { Lease } from "../lease/mod.ts";
import type { Metrics } from "../metrics/mod.ts";
import type { Clock, Log } from "../runtime/mod.ts";
import { fenceKey, leaseKey } from "../store/mod.ts";
import { raiseTerm, termOf } from "./fence_bytes.ts";

/** What both work with. */
interface Base {
  engine: Engine;
  clock: Clock;
  log: Log;
}

/** What commits for a server. */
export function committerOf(
  { engine, clock, log }: Base,
  bell: Bell,
  incarnation: string,
  metrics: Metrics,
): Committer {
  return new Committer({
    engine,
    clock,
    log,
    incarnation,
    onUnknown: () => metrics.unknownCommit(),
    ring: (bells) => bell.ring(bells),
    decorate: (atomic, bells) => bell.decorate?.(atomic, bells),
  });
}

/** A server's stand for the lease of the leader. */
export function leaseOf(
  { engine, clock, log }: Base,
  committer: Committer,
  holder: string,
  mayStand: () => boolean,
): Lease {
  return new Lease({
    kv: engine.kv,
    committer,
    clock,
    log,
    profile: engine.profile,
    holder,
    mayStand,
    leaseKey: leaseKey(),
    fenceKey: fenceKey(),
    raiseTerm,
    termOf,
  });
}
