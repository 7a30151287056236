import { nextCronTime, previousCronTime } from "./cron_times.ts";
import { type EverySchedule, LAST_MS, type Schedule } from "./schedule.ts";

/**
 * The first due time strictly after `afterMs`, in epoch milliseconds; undefined when there is none any more, and
 * always for schedules that time alone does not make due.
 *
 * @example
 * ```ts
 * import { nextTime } from "./due_times.ts";
 * nextTime({ kind: "every", periodMs: 60_000, phaseMs: 0 }, 90_000); // 120_000
 * ```
 */
export function nextTime(schedule: Schedule, afterMs: number): number | undefined {
  switch (schedule.kind) {
    case "cron":
      return nextCronTime(schedule, afterMs);
    case "every": {
      const nextMs = everyTime(schedule, Math.max(0, lastBeat(schedule, afterMs) + 1));
      return nextMs > LAST_MS ? undefined : nextMs;
    }
    case "at":
      return schedule.atMs > afterMs ? schedule.atMs : undefined;
    case "after_end":
    case "manually":
      return undefined;
    default:
      return schedule satisfies never;
  }
}

/** The last due time at or before `untilMs`; undefined when there is none. */
export function previousTime(schedule: Schedule, untilMs: number): number | undefined {
  switch (schedule.kind) {
    case "cron":
      return previousCronTime(schedule, untilMs);
    case "every": {
      const beat = lastBeat(schedule, Math.min(untilMs, LAST_MS));
      return beat < 0 ? undefined : everyTime(schedule, beat);
    }
    case "at":
      return schedule.atMs <= untilMs ? schedule.atMs : undefined;
    case "after_end":
    case "manually":
      return undefined;
    default:
      return schedule satisfies never;
  }
}

/** The newest at most `max` due times in (fromMs, toMs], ascending; the work grows with `max`, not with the range. */
export function newestTimes(schedule: Schedule, fromMs: number, toMs: number, max: number): number[] {
  const times: number[] = [];
  let time = previousTime(schedule, toMs);
  while (time !== undefined && time > fromMs && times.length < max) {
    times.push(time);
    time = previousTime(schedule, time - 1);
  }
  return times.reverse();
}

/** How many due times were counted, the last of them (`fromMs` when there was none), and whether no more follow. */
export interface TimeCount {
  readonly count: number;
  readonly lastMs: number;
  readonly done: boolean;
}

/** Counts due times in (fromMs, toMs], at most `limit`; to count on, call again with `lastMs` as `fromMs`. */
export function countTimes(schedule: Schedule, fromMs: number, toMs: number, limit: number): TimeCount {
  if (schedule.kind === "every") return countBeats(schedule, fromMs, Math.min(toMs, LAST_MS), limit);
  let count = 0, lastMs = fromMs;
  for (;;) {
    const time = nextTime(schedule, lastMs);
    if (time === undefined || time > toMs) return { count, lastMs, done: true };
    if (count >= limit) return { count, lastMs, done: false };
    count++;
    lastMs = time;
  }
}

/** Whether a schedule that is new has no time left to come, nor one missed by no more than its window or `misfireWindowMs`. */
export function isPast(schedule: Schedule, nowMs: number, misfireWindowMs: number): boolean {
  if (schedule.kind === "at") return schedule.atMs + (schedule.windowMs ?? misfireWindowMs) < nowMs;
  return schedule.kind === "cron" && nextTime(schedule, nowMs - misfireWindowMs - 1) === undefined;
}

/** The number of the last beat at or before an instant; negative when there is none since the epoch. */
function lastBeat(schedule: EverySchedule, ms: number): number {
  return Math.floor((ms - schedule.phaseMs) / schedule.periodMs);
}

function everyTime(schedule: EverySchedule, beat: number): number {
  return schedule.phaseMs + beat * schedule.periodMs;
}

function countBeats(schedule: EverySchedule, fromMs: number, toMs: number, limit: number): TimeCount {
  const before = Math.max(-1, lastBeat(schedule, fromMs));
  const all = Math.max(0, lastBeat(schedule, toMs) - before);
  const count = Math.min(all, limit);
  return { count, lastMs: count === 0 ? fromMs : everyTime(schedule, before + count), done: count === all };
}
