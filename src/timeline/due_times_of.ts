import { planOf } from "../job/mod.ts";
import { type Job, parentsOf, type TimelineRange } from "../model/mod.ts";
import { nextDue, scheduleOf } from "../schedule/mod.ts";
import type { Era } from "./evidence.ts";

/** How far back the newest times are looked for at first, in milliseconds: schedules only tell what comes next. */
const LOOK_BACK_MS = 300_000;

/** How many times more than are wanted are looked at, at most, before it is tried nearer to the end. */
const LOOKED_AT = 8;

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
    const next = nextOf(job, era, defaultTimezone);
    if (next === null) continue;
    const own = { fromMs: Math.max(fromMs, era.from), toMs: Math.min(toMs, (eras[i - 1]?.from ?? Infinity) - 1) };
    const found = isNewestFirst ? lastTimes(next, own, wanted).reverse() : firstTimes(next, own, wanted);
    times.push(...found.map((at) => ({ at, era })));
  }
  return { times: times.slice(0, limit), isCut: times.length > limit };
}

/** The first due time after a time, in epoch milliseconds; null when there is none. */
type Next = (afterMs: number) => number | null;

/** Null where no schedule names the times. */
function nextOf(job: Job, { definition, revision }: Era, defaultTimezone: string): Next | null {
  if (definition.schedule === "" || parentsOf(definition).length > 0) return null;
  const plan = planOf({ ...job, definition, revision }, defaultTimezone);
  const { kind } = scheduleOf(plan);
  if (kind === "manually" || kind === "after_end") return null;
  return (afterMs) => nextDue(plan, afterMs)?.nominal ?? null;
}

interface Span {
  fromMs: number;
  toMs: number;
}

function firstTimes(next: Next, { fromMs, toMs }: Span, most: number): number[] {
  const times: number[] = [];
  for (let at = next(fromMs - 1); at !== null && at <= toMs && times.length < most; at = next(at)) times.push(at);
  return times;
}

/** Looks further back while there are too few, and nearer again where that were far too many. */
function lastTimes(next: Next, { fromMs, toMs }: Span, most: number): number[] {
  if (toMs < fromMs) return [];
  let tooNear = toMs;
  let tooFar: number | null = null;
  let start = Math.max(fromMs, toMs - LOOK_BACK_MS);
  while (true) {
    const found = firstTimes(next, { fromMs: start, toMs }, most * LOOKED_AT);
    const isCut = found.length === most * LOOKED_AT;
    if (isCut && tooNear - start > 1) {
      tooFar = start;
    } else {
      if (found.length >= most || start === fromMs || tooNear - start <= 1) return found.slice(-most);
      tooNear = start;
    }
    start = tooFar === null ? Math.max(fromMs, toMs - 4 * (toMs - start) - 1) : Math.floor((tooFar + tooNear) / 2);
  }
}
