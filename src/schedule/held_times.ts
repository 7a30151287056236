import type { FiringPlan } from "../model/mod.ts";
import { previousTime } from "./due_times.ts";
import { scheduleOf } from "./next_due.ts";

/** Consecutive times of a plan, both ends inclusive. */
export interface HeldTimes {
  plan: FiringPlan;
  from: number;
  to: number;
}

/**
 * The times of a plan from `from` on, itself one of them, that a pause which ended at `endMs` has held back; null when there
 * are none. Its policy says which of them run, so none is too old for the plan's window: that counts from the pause on.
 */
export function heldTimes(plan: FiringPlan, from: number, endMs: number, nowMs: number): HeldTimes | null {
  const to = previousTime(scheduleOf(plan), Math.min(endMs, plan.expiresAt ?? endMs));
  if (to === undefined || to < from) return null;
  const windowMs = nowMs - from + plan.misfire.windowMs;
  return { plan: { ...plan, misfire: { ...plan.misfire, windowMs } }, from, to };
}
