import { type Backlog, type Cursor, type Due, type Gap, type Job, parentsOf } from "../model/mod.ts";
import { type NextDue, nextDue, scheduleOf, withinBounds } from "../schedule/mod.ts";
import {
  backlogKey,
  covered,
  cursorKey,
  dueKey,
  edgeKey,
  type Edges,
  gapKey,
  heldKey,
  jobKey,
  putBacklog,
  putCursor,
  putDue,
  putEdges,
  putGap,
  putHeld,
  putJob,
  type StoreChange,
} from "../store/mod.ts";
import { isTimed, planOf } from "./plan.ts";

/** All that is to be known of one job: its definition and where its times stand. */
export interface JobTruth {
  job: Job;
  cursor: Cursor | null;
  due: Due | null;
  backlog: Backlog | null;
}

/** How a job's derived records are made anew. */
export interface RebuildOptions {
  /** Zone of jobs that name none, where their due entry does not say which it was. */
  defaultTimezone: string;
  nowMs: number;
  /** The end of a run will come that makes an `@after_end` job due: it stays without a due time. */
  endIsToCome: boolean;
}

/** Where a job's times must stand by its definition and cursor. */
export interface DerivedTiming {
  cursor: Cursor;
  due: { atMs: number; value: Due } | null;
  /** The gap that has no due entry to ride in. */
  closedGap: Gap | null;
}

/** A job's parents as the graph holds them; null when it has none. */
export function edgesOf({ uid, definition }: Job): Edges | null {
  const parents = parentsOf(definition);
  return parents.length === 0 ? null : { uid, parents, join: definition.join };
}

/**
 * Due entry and cursor of a job as they follow from its definition and how far its times are accounted for: the next
 * time after that, past or future. Times count from now only where no cursor is known.
 */
export function timingAsKnown(truth: JobTruth, options: RebuildOptions): DerivedTiming {
  const { job, cursor, due, backlog } = truth;
  const plan = isTimed(job) ? planOf(job, due?.plan.timezone ?? options.defaultTimezone) : null;
  const known = cursor?.lastNominal ?? (due === null ? null : due.nominal - 1);
  const openGap = due?.openGap ?? null;
  const after = due === null ? known ?? options.nowMs : Math.max(due.nominal - 1, known ?? 0);
  const next = plan === null ? null : nextAfter({ plan, dueAt: due?.nominal ?? cursor?.dueAt ?? null, after }, options);
  const lastNominal = known ?? Math.min(options.nowMs, (next?.nominal ?? Infinity) - 1);
  if (plan === null || next === null) {
    return { cursor: { lastNominal, dueAt: null }, due: null, closedGap: openGap };
  }
  const value: Due = { plan, nominal: next.nominal, openGap, backlogged: backlog !== null };
  return { cursor: { lastNominal, dueAt: next.atMs }, due: { atMs: next.atMs, value }, closedGap: null };
}

function nextAfter(
  { plan, dueAt, after }: { plan: Due["plan"]; dueAt: number | null; after: number },
  { nowMs, endIsToCome }: RebuildOptions,
): NextDue | null {
  const schedule = scheduleOf(plan);
  if (schedule.kind !== "after_end") return nextDue(plan, after);
  // What it counts from is known nowhere else; it has no jitter.
  if (dueAt !== null) return { nominal: dueAt, atMs: dueAt };
  return endIsToCome ? null : withinBounds(plan, Math.max(nowMs + schedule.delayMs, after + 1));
}

/**
 * Writes a job with all that is derived from it into a place where nothing of it stands; what proves that is checked by
 * the caller's commit.
 */
export function writeJobAsKnown(change: StoreChange, truth: JobTruth, options: RebuildOptions): void {
  const { job, backlog } = truth;
  const { uid, definition } = job;
  const timing = timingAsKnown(truth, options);
  const edges = edgesOf(job);
  putJob(change, covered(jobKey(definition.name)), job);
  if (job.pause !== null) putHeld(change, covered(heldKey(uid)), { from: job.pause.from });
  if (edges !== null) putEdges(change, covered(edgeKey(definition.name)), edges);
  putCursor(change, covered(cursorKey(uid)), timing.cursor);
  if (timing.due !== null) putDue(change, covered(dueKey(timing.due.atMs, uid)), timing.due.value);
  if (timing.closedGap !== null) putGap(change, covered(gapKey(uid, timing.closedGap.from)), timing.closedGap);
  if (backlog !== null) putBacklog(change, covered(backlogKey(uid)), backlog);
}
