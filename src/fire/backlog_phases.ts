import type { Backlog, Due, Gap } from "../model/mod.ts";
import { countTimes, newestTimes, nextTime, scheduleOf } from "../schedule/mod.ts";

/** Times counted at once while a gap is made of them. */
const COUNT_SLICE = 20_000;

/**
 * Adds missed times, from the due entry's nominal up to `to`, to a job's backlog. Which of them run is decided again.
 * A backlog of an older schedule text is kept as it is before `from`, and runs by the newer plan.
 */
export function mergeMissed(backlog: Backlog | null, due: Due, to: number): Backlog {
  const { plan } = due;
  const fresh: Backlog = {
    plan,
    from: due.nominal,
    to,
    policy: plan.misfire.policy,
    phase: "deciding",
    runFrom: null,
    refused: 0,
    countedTo: due.nominal - 1,
    reason: "missed",
  };
  if (backlog === null) return fresh;
  const running = backlog.phase === "running" && backlog.policy !== "last";
  return { ...backlog, to, phase: running ? "running" : "deciding", countedTo: backlog.from - 1, refused: 0 };
}

/** One step of work on a backlog. */
export type BacklogStep =
  | { kind: "changed"; backlog: Backlog }
  /** Times are refused; what is left runs, or nothing is. */
  | { kind: "gap"; gap: Gap; backlog: Backlog | null }
  /** `nominal` is to be started; then what is left. */
  | { kind: "start"; nominal: number; backlog: Backlog | null };

/** Decides the next step on a backlog; bounded work, reads and writes nothing. */
export function stepBacklog(backlog: Backlog, nowMs: number): BacklogStep {
  switch (backlog.phase) {
    case "deciding":
      return { kind: "changed", backlog: decideRuns(backlog, nowMs) };
    case "refusing":
      return refuseSlice(backlog);
    case "running":
      return { kind: "start", nominal: backlog.from, backlog: afterFirst(backlog) };
    default:
      return backlog.phase satisfies never;
  }
}

/** `last` runs the newest missed time, `all` the newest `max`, both within the window; the rest is refused. */
function decideRuns(backlog: Backlog, nowMs: number): Backlog {
  const { windowMs, max } = backlog.plan.misfire;
  const most = backlog.policy === "skip" ? 0 : backlog.policy === "last" ? 1 : max;
  const after = Math.max(backlog.from - 1, nowMs - windowMs - 1);
  const [runFrom = null] = most === 0 ? [] : newestTimes(scheduleOf(backlog.plan), after, backlog.to, most);
  const phase = runFrom === backlog.from ? "running" : "refusing";
  return { ...backlog, runFrom, phase, refused: 0, countedTo: backlog.from - 1 };
}

function refuseSlice(backlog: Backlog): BacklogStep {
  const until = backlog.runFrom === null ? backlog.to : backlog.runFrom - 1;
  const { count, lastMs, done } = countTimes(scheduleOf(backlog.plan), backlog.countedTo, until, COUNT_SLICE);
  const refused = backlog.refused + count;
  if (!done) return { kind: "changed", backlog: { ...backlog, refused, countedTo: lastMs } };
  const gap = { from: backlog.from, to: lastMs, count: refused, reason: backlog.reason };
  const { runFrom } = backlog;
  if (runFrom === null) return { kind: "gap", gap, backlog: null };
  return { kind: "gap", gap, backlog: { ...backlog, from: runFrom, phase: "running", refused: 0 } };
}

function afterFirst(backlog: Backlog): Backlog | null {
  const next = nextTime(scheduleOf(backlog.plan), backlog.from);
  return next === undefined || next > backlog.to ? null : { ...backlog, from: next };
}
