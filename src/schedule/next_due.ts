import type { FiringPlan } from "../model/mod.ts";
import { nextTime } from "./due_times.ts";
import { jitterOffset } from "./jitter.ts";
import { cachedSchedule } from "./parse_schedule.ts";
import { LAST_MS, type Schedule } from "./schedule.ts";

/** A nominal time, and when it is due: the nominal time and its jitter. Epoch milliseconds. */
export interface NextDue {
  nominal: number;
  atMs: number;
}

/** The schedule of a firing plan. */
export function scheduleOf(plan: FiringPlan): Schedule {
  return cachedSchedule(plan.schedule, { timezone: plan.timezone, jobName: plan.jobName });
}

/** A time that counts from the end of a run, moved into a plan's `startsAt`; null when it lies beyond `expiresAt`. */
export function withinBounds(plan: FiringPlan, nominal: number): NextDue | null {
  const bounded = Math.max(nominal, plan.startsAt ?? nominal);
  return plan.expiresAt !== null && bounded > plan.expiresAt ? null : { nominal: bounded, atMs: bounded };
}

/** The first time after `afterMs` that a plan names within its `startsAt` and `expiresAt`; null when there is none. */
export function nextDue(plan: FiringPlan, afterMs: number): NextDue | null {
  const schedule = scheduleOf(plan);
  const nominal = nextTime(schedule, plan.startsAt === null ? afterMs : Math.max(afterMs, plan.startsAt - 1));
  if (nominal === undefined || (plan.expiresAt !== null && nominal > plan.expiresAt)) return null;
  if (plan.jitterMs === 0) return { nominal, atMs: nominal };
  const offsetMs = jitterOffset(plan.uid, nominal, plan.jitterMs, nextTime(schedule, nominal));
  return { nominal, atMs: Math.min(nominal + offsetMs, LAST_MS) };
}
