import { cachedSchedule, countTimes, nextTime } from "../schedule/mod.ts";
import type { PlanHour, PlanItem } from "../model/mod.ts";
import type { Row } from "../store/mod.ts";

const HOUR_MS = 3_600_000;

/** Times of one job that are looked at one by one in a range; of a job with more, each hour's are counted. */
const ONE_BY_ONE = 48;

/** How many times may still be looked at: many jobs of every second are counted only as far as that goes. */
export interface Budget {
  left: number;
}

/** A job's coming times up to `toMs`, as one item; `count` is told how many there are from a time on. */
export function plannedOf(
  row: Row,
  range: { toMs: number; defaultTimezone: string; budget: Budget },
  count: (atMs: number, times: number) => void,
): Extract<PlanItem, { kind: "will_run" }> | null {
  const first = row.next;
  if (first === null || first > range.toMs || row.disabled || row.paused) return null;
  const schedule = scheduleOf(row, range.defaultTimezone);
  let last = first, times = 0;
  if (schedule === null) count(first, times = 1);
  for (let at: number | undefined = first; schedule !== null && at !== undefined && at <= range.toMs;) {
    if (range.budget.left <= 0) break;
    if (times < ONE_BY_ONE) {
      count(at, 1);
      range.budget.left -= 1;
      times += 1;
      last = at;
      at = nextTime(schedule, at);
      continue;
    }
    const end = Math.min(hourOf(at) + HOUR_MS - 1, range.toMs);
    const more = countTimes(schedule, at - 1, end, 10_000).count;
    count(at, more);
    range.budget.left -= schedule.kind === "every" ? 1 : more;
    times += more;
    last = end;
    at = nextTime(schedule, end);
  }
  return { kind: "will_run", job: row.name, at: first, to: last, count: times };
}

/** Null where the text cannot be read. */
function scheduleOf({ schedule, timezone, name }: Row, defaultTimezone: string) {
  try {
    return cachedSchedule(schedule, { timezone: timezone || defaultTimezone, jobName: name });
  } catch {
    return null; // stored by a version that could read it: what is due next is known all the same
  }
}

/** The hours that a range touches, with nothing in them. */
export function hoursOf({ fromMs, toMs }: { fromMs: number; toMs: number }): Map<number, PlanHour> {
  const hours = new Map<number, PlanHour>();
  for (let hour = hourOf(fromMs); hour <= toMs; hour += HOUR_MS) {
    hours.set(hour, { hour, success: null, failed: null, planned: 0 });
  }
  return hours;
}

/** The beginning of the hour that a time lies in. */
export function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}
