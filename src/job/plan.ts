import { type FiringPlan, gatePolicyOf, type Job, type JobDefinition, laneOf, parentsOf } from "../model/mod.ts";
import { CarillonError, invalid } from "../runtime/mod.ts";
import { cachedSchedule, isPast, type Schedule } from "../schedule/mod.ts";

/** Whether a job is due by time: enabled, not paused, with a schedule, and no one's child. */
export function isTimed(job: Job): boolean {
  const { definition, pause } = job;
  return !definition.disabled && pause === null && definition.schedule !== "" && parentsOf(definition).length === 0;
}

/** What firing needs of a job. */
export function planOf(job: Job, defaultTimezone: string): FiringPlan {
  const { definition, uid, revision } = job;
  return {
    uid,
    jobName: definition.name,
    revision,
    schedule: definition.schedule,
    timezone: definition.timezone === "" ? defaultTimezone : definition.timezone,
    tags: definition.tags,
    target: definition.target,
    gate: gatePolicyOf(uid, definition),
    misfire: misfireOf(definition, defaultTimezone),
    jitterMs: definition.jitterMs,
    startsAt: definition.startsAt,
    expiresAt: definition.expiresAt,
    lane: laneOf(definition.priority),
    startDeadlineMs: definition.startDeadlineMs,
  };
}

/** `@after DATE <PT5M` brings a window of its own. */
function misfireOf(definition: JobDefinition, defaultTimezone: string): JobDefinition["misfire"] {
  const schedule = scheduleOfJob(definition, defaultTimezone);
  if (schedule?.kind !== "at" || schedule.windowMs === null) return definition.misfire;
  return { ...definition.misfire, windowMs: schedule.windowMs };
}

/** The schedule of a definition; null for a child without one. Throws `invalid`. */
export function scheduleOfJob(definition: JobDefinition, defaultTimezone: string): Schedule | null {
  if (definition.schedule === "" && parentsOf(definition).length > 0) return null;
  return cachedSchedule(definition.schedule, {
    timezone: definition.timezone,
    defaultTimezone,
    jobName: definition.name,
  });
}

/** Refuses what could never run: a bad schedule, or a new one whose only time lies too far in the past. */
export function checkSchedule(
  definition: JobDefinition,
  options: { defaultTimezone: string; nowMs: number; isNewText: boolean },
): void {
  const schedule = scheduleOfJob(definition, options.defaultTimezone);
  if (schedule === null || !options.isNewText) return;
  if (!isPast(schedule, options.nowMs, definition.misfire.windowMs)) return;
  throw invalid(`Cannot store job "${definition.name}": its schedule "${definition.schedule}" lies in the past`, [
    { path: "schedule", message: "lies in the past and would never run" },
  ]);
}

/** Refuses a job that is its own parent. */
export function checkOwnParent(definition: JobDefinition): void {
  if (!parentsOf(definition).some((parent) => parent.job === definition.name)) return;
  throw new CarillonError("invalid", `Cannot store job "${definition.name}": it cannot be its own parent`, {
    issues: [{ path: "parent_job", message: "the job cannot be its own parent" }],
  });
}
