/**
 * Schedule text to times. Pure: the same text, zone and instant give the same answer on every server.
 * @module
 */
export { cachedSchedule, parseSchedule, type ScheduleContext } from "./parse_schedule.ts";
export type {
  AfterEndSchedule,
  AtSchedule,
  CronSchedule,
  EverySchedule,
  ManualSchedule,
  Schedule,
} from "./schedule.ts";
export { countTimes, isPast, newestTimes, nextTime, previousTime, type TimeCount } from "./due_times.ts";
export { describeSchedule } from "./describe_schedule.ts";
export { previewSchedule, type SchedulePreview } from "./preview_schedule.ts";
export { jitterOffset } from "./jitter.ts";
export { isTimeZone } from "./zone.ts";
export { type HeldTimes, heldTimes } from "./held_times.ts";
export { type NextDue, nextDue, scheduleOf, withinBounds } from "./next_due.ts";
