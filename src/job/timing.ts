import {
  type Backlog,
  type Cursor,
  type Due,
  type FiringPlan,
  type Gap,
  type Job,
  type Pause,
  PAUSED_REASON,
} from "../model/mod.ts";
import { heldTimes, type NextDue, nextDue, scheduleOf, withinBounds } from "../schedule/mod.ts";
import {
  backlogKey,
  backlogTable,
  covered,
  cursorKey,
  cursorTable,
  deleteBacklog,
  deleteCursor,
  deleteDue,
  dueKey,
  dueTable,
  type Entry,
  gapKey,
  putBacklog,
  putCursor,
  putDue,
  putGap,
  type Store,
  type StoreChange,
} from "../store/mod.ts";
import { isTimed, planOf } from "./plan.ts";

/** Where a job's times stand, as it was read. */
export interface Timing {
  cursor: Entry<Cursor>;
  due: Entry<Due> | null;
  backlog: Entry<Backlog>;
}

/** Reads where a job's times stand. */
export async function readTiming(store: Store, uid: string): Promise<Timing> {
  const cursor = await store.get(cursorTable, cursorKey(uid));
  const dueAt = cursor.value?.dueAt ?? null;
  return {
    cursor,
    due: dueAt === null ? null : await store.get(dueTable, dueKey(dueAt, uid)),
    backlog: await store.get(backlogTable, backlogKey(uid)),
  };
}

/** The timing of a job that is new under a new uid: nothing can be stored yet. */
export function newTiming(uid: string): Timing {
  const absent = { value: null, versionstamp: null };
  return { cursor: { key: cursorKey(uid), ...absent }, due: null, backlog: { key: backlogKey(uid), ...absent } };
}

/** How a change of a job moves its times. */
export interface TimingChange {
  job: Job;
  /** Schedule text, zone or `startsAt` changed, or it was enabled, or is new: its times count from now. */
  restart: boolean;
  /** Before the change it was paused: what was due by then is still to be accounted for. */
  wasPaused: boolean;
  /** The pause that just ended. */
  ended: Pause | null;
  defaultTimezone: string;
  nowMs: number;
}

/**
 * Re-sets a job's due entry and cursor. Every change of a job does so, since the due entry's versionstamp is what firing
 * is fenced by.
 */
export function writeTiming(change: StoreChange, timing: Timing, move: TimingChange): void {
  const { job, nowMs } = move;
  const { uid } = job;
  const plan = isTimed(job) ? planOf(job, move.defaultTimezone) : null;
  const held = timing.due?.value ?? null;
  const next = plan === null ? null : nextOf(plan, timing, move);
  // Nothing was due (it had expired, or was a child): times that went by since are no due times.
  const wasIdle = timing.due === null && !move.wasPaused;
  const fromNow = move.restart || move.ended !== null || wasIdle;
  // A time that lies in the past and is still to be fired is not behind the cursor.
  const now = Math.min(nowMs, (next?.nominal ?? Infinity) - 1);
  const lastNominal = fromNow ? now : timing.cursor.value?.lastNominal ?? now;
  putCursor(change, timing.cursor, { lastNominal, dueAt: next?.atMs ?? null });
  if (timing.due !== null) deleteDue(change, timing.due);
  const missed = move.ended === null || plan === null ? null : missedInPause(plan, timing, move.ended, nowMs);
  const backlog = backlogOf(timing.backlog.value, missed, move);
  if (backlog !== null) putBacklog(change, timing.backlog, backlog);
  const backlogged = backlog !== null && !job.definition.disabled;
  if (next === null) closeGap(change, uid, held?.openGap ?? null);
  else {
    if (plan === null) return;
    const due: Due = { plan, nominal: next.nominal, openGap: held?.openGap ?? null, backlogged };
    putDue(change, covered(dueKey(next.atMs, uid)), due);
  }
}

/** All timing of a deleted job goes. */
export function removeTiming(change: StoreChange, timing: Timing): void {
  deleteCursor(change, timing.cursor);
  if (timing.due !== null) deleteDue(change, timing.due);
  if (timing.backlog.value !== null) deleteBacklog(change, timing.backlog);
}

function nextOf(plan: FiringPlan, timing: Timing, move: TimingChange): NextDue | null {
  const schedule = scheduleOf(plan);
  const held = timing.due?.value ?? null;
  const restarts = move.restart || held === null;
  if (schedule.kind === "after_end") {
    if (!restarts) return { nominal: held.nominal, atMs: held.nominal };
    // It runs: the end of that run makes it due.
    if (!move.restart && move.ended === null) return null;
    return withinBounds(plan, move.nowMs + schedule.delayMs);
  }
  if (!restarts) return nextDue(plan, held.nominal - 1);
  // A time that lies within its window in the past is fired as a missed one.
  const isFresh = schedule.kind === "at" && timing.cursor.value === null;
  return nextDue(plan, isFresh ? Math.min(schedule.atMs - 1, move.nowMs) : move.nowMs);
}

/** Times inside a pause follow its policy when it ends. */
function missedInPause(plan: FiringPlan, timing: Timing, pause: Pause, nowMs: number): Backlog | null {
  const first = nextDue(plan, timing.cursor.value?.lastNominal ?? pause.from);
  const held = first === null ? null : heldTimes(plan, first.nominal, nowMs, nowMs);
  return held === null ? null : decidedAgain({ ...held, policy: pause.policy, reason: PAUSED_REASON });
}

type Undecided = Omit<Backlog, "phase" | "runFrom" | "refused" | "countedTo">;

function decidedAgain(backlog: Undecided): Backlog {
  return { ...backlog, phase: "deciding", runFrom: null, refused: 0, countedTo: backlog.from - 1 };
}

/**
 * The backlog after a change of its job: what was missed already runs as the job is now, by its gate above all. What a
 * pause has held back comes behind it; what a disabled job has missed is refused, counted later.
 */
function backlogOf(before: Backlog | null, missed: Backlog | null, move: TimingChange): Backlog | null {
  if (before === null) return missed;
  const now = planOf(move.job, move.defaultTimezone);
  const replanned = ({ schedule, timezone, misfire, startsAt, expiresAt }: FiringPlan): FiringPlan => ({
    ...now,
    schedule,
    timezone,
    misfire,
    startsAt,
    expiresAt,
  });
  const later = (before.later ?? []).map((range) => ({ ...range, plan: replanned(range.plan) }));
  const kept: Backlog = { ...before, plan: replanned(before.plan), later };
  if (move.job.definition.disabled) {
    const all = later.map(({ plan, from, to }) => ({ plan, from, to }));
    return decidedAgain({ ...kept, policy: "skip", reason: "disabled", later: all });
  }
  if (missed === null) return kept;
  const { plan, from, to, policy, reason } = missed;
  return { ...kept, later: [...later, { plan, from, to, how: { policy, reason } }] };
}

function closeGap(change: StoreChange, uid: string, gap: Gap | null): void {
  if (gap !== null) putGap(change, covered(gapKey(uid, gap.from)), gap);
}
