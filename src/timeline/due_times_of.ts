import { planOf } from "../job/mod.ts";
import { type FiringPlan, type Job, parentsOf, type TimelineRange } from "../model/mod.ts";
import { newestTimes, nextDue, scheduleOf } from "../schedule/mod.ts";
import type { Era } from "./evidence.ts";

/** A due time and the definition that names it. */
export interface TimedBy {
  at: number;
  era: Era;
}

/**
 * The due times in [fromMs, toMs] that a job's definitions name, each its own while it held, in the order asked for; at
 * most `limit`, and whether there are more.
 */
export function dueTimesOf(
  job: Job,
  eras: readonly Era[],
  range: TimelineRange & { defaultTimezone: string },
): { times: TimedBy[]; isCut: boolean } {
  const { fromMs, toMs, limit, isNewestFirst, defaultTimezone } = range;
  const wanted = limit + 1;
  const times: TimedBy[] = [];
  const inTurn = [...eras.entries()];
  for (const [i, era] of isNewestFirst ? inTurn : inTurn.reverse()) {
    if (times.length >= wanted) break;
    const plan = timedPlanOf(job, era, defaultTimezone);
    if (plan === null) continue;
    const own = { fromMs: Math.max(fromMs, era.from), toMs: Math.min(toMs, (eras[i - 1]?.from ?? Infinity) - 1) };
    const found = isNewestFirst ? lastTimes(plan, own, wanted) : firstTimes(plan, own, wanted);
    times.push(...found.map((at) => ({ at, era })));
  }
  return { times: times.slice(0, limit), isCut: times.length > limit };
}

/** Null where no schedule names the times. */
function timedPlanOf(job: Job, { definition, revision }: Era, defaultTimezone: string): FiringPlan | null {
  if (definition.schedule === "" || parentsOf(definition).length > 0) return null;
  const plan = planOf({ ...job, definition, revision }, defaultTimezone);
  const { kind } = scheduleOf(plan);
  return kind === "manually" || kind === "after_end" ? null : plan;
}

interface Span {
  fromMs: number;
  toMs: number;
}

function firstTimes(plan: FiringPlan, { fromMs, toMs }: Span, most: number): number[] {
  const times: number[] = [];
  let next = nextDue(plan, fromMs - 1);
  for (; next !== null && next.nominal <= toMs && times.length < most; next = nextDue(plan, next.nominal)) {
    times.push(next.nominal);
  }
  return times;
}

/** Newest first. */
function lastTimes(plan: FiringPlan, { fromMs, toMs }: Span, most: number): number[] {
  const first = Math.max(fromMs, plan.startsAt ?? fromMs);
  const last = Math.min(toMs, plan.expiresAt ?? toMs);
  return newestTimes(scheduleOf(plan), first - 1, last, most).reverse();
}
