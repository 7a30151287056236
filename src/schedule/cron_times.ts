/**
 * Matching times of a cron schedule in its zone. Where clocks change there are two ways to go:
 *
 * - *fixed*: each wall time happens once. One that the clocks skip happens at the first instant after the gap, one
 *   that they show twice happens the first time. So instants follow wall times in order.
 * - *elapsed*: an instant is due when the wall time it shows matches, so nothing is moved, and what is shown twice
 *   is due twice.
 * @module
 */
import { type CronSchedule, LAST_MS } from "./schedule.ts";
import { nextWall, previousWall } from "./wall_times.ts";
import { type Stretch, stretchAt } from "./zone.ts";

/** No two offsets of one zone are further apart than this. */
const OFFSETS_APART_MS = 26 * 36e5;

/** The first due time strictly after `afterMs`. */
export function nextCronTime(cron: CronSchedule, afterMs: number): number | undefined {
  if (afterMs > LAST_MS) return undefined;
  if (cron.elapsed) return nextElapsed(cron, afterMs);
  const here = stretchAt(cron.zone, afterMs);
  const wallMs = nextWall(cron, latestWall(here, afterMs));
  return wallMs === undefined ? undefined : instantOf(cron.zone, wallMs, here);
}

/** The last due time at or before `untilMs`. */
export function previousCronTime(cron: CronSchedule, untilMs: number): number | undefined {
  if (cron.elapsed) return previousElapsed(cron, untilMs);
  const here = stretchAt(cron.zone, untilMs);
  const wallMs = previousWall(cron, latestWall(here, untilMs));
  return wallMs === undefined ? undefined : instantOf(cron.zone, wallMs, here);
}

/** The latest wall time shown up to an instant: while clocks repeat themselves it stays at the end of the first pass. */
function latestWall(here: Stretch, ms: number): number {
  return Math.max(ms + here.offsetMs, here.fromMs + here.earlierOffsetMs - 1);
}

/** The instant at which a wall time happens; `near` is any stretch of the zone, best one close by. */
function instantOf(zone: string, wallMs: number, near: Stretch): number {
  const inside = wallMs >= near.fromMs + near.earlierOffsetMs && wallMs < near.toMs + near.offsetMs;
  let here = inside ? near : stretchAt(zone, wallMs - near.offsetMs);
  for (;;) {
    if (wallMs < here.fromMs + here.earlierOffsetMs) here = stretchAt(zone, here.fromMs - 1);
    else if (wallMs >= here.toMs + here.offsetMs) here = stretchAt(zone, here.toMs);
    else return Math.max(wallMs - here.offsetMs, here.fromMs);
  }
}

/**
 * Searches stretch by stretch. The next matching wall time may lie years away: stretches that end before it can
 * hold no due time, but for those right ahead, where clocks may be set back to a wall time already passed.
 */
function nextElapsed(cron: CronSchedule, afterMs: number): number | undefined {
  let fromMs = afterMs;
  let here = stretchAt(cron.zone, fromMs);
  for (;;) {
    const wallMs = nextWall(cron, fromMs + here.offsetMs) ?? Infinity;
    if (wallMs - here.offsetMs < here.toMs) return wallMs - here.offsetMs;
    const skipMs = here.toMs - fromMs > OFFSETS_APART_MS ? wallMs - OFFSETS_APART_MS : here.toMs;
    const reachedMs = Math.max(here.toMs, skipMs);
    if (reachedMs > LAST_MS) return undefined;
    here = stretchAt(cron.zone, reachedMs);
    fromMs = reachedMs - 1;
  }
}

/** The same backwards: wall times already searched can come again only right before. */
function previousElapsed(cron: CronSchedule, untilMs: number): number | undefined {
  for (let toMs = untilMs; toMs >= -OFFSETS_APART_MS;) {
    const here = stretchAt(cron.zone, toMs);
    const wallMs = previousWall(cron, toMs + here.offsetMs);
    if (wallMs !== undefined && wallMs - here.offsetMs >= here.fromMs) return wallMs - here.offsetMs;
    const skip = toMs - here.fromMs > OFFSETS_APART_MS;
    toMs = Math.min(here.fromMs - 1, skip ? (wallMs ?? -Infinity) + OFFSETS_APART_MS : Infinity);
  }
  return undefined;
}
