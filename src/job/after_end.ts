import type { Job } from "../model/mod.ts";
import { scheduleOf, withinBounds } from "../schedule/mod.ts";
import {
  covered,
  cursorKey,
  cursorTable,
  dueKey,
  type Entry,
  putCursor,
  putDue,
  type Store,
  type StoreChange,
} from "../store/mod.ts";
import { isTimed, planOf } from "./plan.ts";

/** Makes an `@after_end` job due again after the end of a run, unless it is due already. */
export async function writeAfterEnd(
  change: StoreChange,
  store: Store,
  job: Entry<Job>,
  options: { endedAt: number; defaultTimezone: string },
): Promise<void> {
  change.check(job);
  if (job.value === null || !isTimed(job.value)) return;
  const plan = planOf(job.value, options.defaultTimezone);
  const schedule = scheduleOf(plan);
  const cursor = await store.get(cursorTable, cursorKey(job.value.uid));
  if (schedule.kind !== "after_end" || (cursor.value?.dueAt ?? null) !== null) {
    change.check(cursor);
    return;
  }
  const next = withinBounds(
    plan,
    Math.max(options.endedAt + schedule.delayMs, (cursor.value?.lastNominal ?? 0) + 1),
  );
  if (next === null) {
    change.check(cursor);
    return;
  }
  const { nominal } = next;
  putCursor(change, cursor, { lastNominal: cursor.value?.lastNominal ?? nominal - 1, dueAt: nominal });
  putDue(change, covered(dueKey(nominal, job.value.uid)), { plan, nominal, openGap: null, backlogged: false });
  change.ring("due");
}
