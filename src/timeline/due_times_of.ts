import { planOf } from "../job/mod.ts";
import { type Job, parentsOf } from "../model/mod.ts";
import { nextDue, scheduleOf } from "../schedule/mod.ts";
import type { Era } from "./evidence.ts";

/** The due times in [fromMs, toMs] that a job's definitions name, each its own while it held; at most `limit`. */
export function dueTimesOf(
  job: Job,
  eras: readonly Era[],
  range: { fromMs: number; toMs: number; limit: number; defaultTimezone: string },
): { times: { at: number; era: Era }[]; isCut: boolean } {
  const times: { at: number; era: Era }[] = [];
  for (const [i, era] of eras.entries()) {
    const endMs = eras[i - 1]?.from ?? Infinity;
    if (!isTimedBy(era)) continue;
    const plan = planOf({ ...job, definition: era.definition, revision: era.revision }, range.defaultTimezone);
    const kind = scheduleOf(plan).kind;
    if (kind === "manually" || kind === "after_end") continue;
    const own: { at: number; era: Era }[] = [];
    let after = Math.max(range.fromMs, era.from) - 1;
    while (own.length <= range.limit) {
      const next = nextDue(plan, after);
      if (next === null || next.nominal > range.toMs || next.nominal >= endMs) break;
      own.push({ at: next.nominal, era });
      after = next.nominal;
    }
    times.unshift(...own);
  }
  return { times: times.slice(0, range.limit), isCut: times.length > range.limit };
}

function isTimedBy({ definition }: Era): boolean {
  return definition.schedule !== "" && parentsOf(definition).length === 0;
}
