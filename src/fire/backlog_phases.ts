import { type Backlog, type Due, type Gap, PAUSED_REASON } from "../model/mod.ts";
import { countTimes, newestTimes, nextTime, scheduleOf } from "../schedule/mod.ts";

/** Times counted at once while a gap is made of them. */
const COUNT_SLICE = 20_000;

/** Ranges of a backlog beyond which a further one is joined to the last, with what lies between them. */
const MOST_RANGES = 100;

/**
 * Adds missed times, from the due entry's nominal up to `to`, to a job's backlog. Which of them run is decided again.
 * Times that were fired between two outages stay out of it, and each range keeps the plan that it was missed by.
 */
export function mergeMissed(backlog: Backlog | null, due: Due, to: number): Backlog {
  const { plan, nominal } = due;
  const how = { policy: plan.misfire.policy, reason: "missed" };
  if (backlog === null) return freshBacklog({ plan, from: nominal, to }, { ...how, later: [] });
  if (lastReason(backlog) === PAUSED_REASON) return addRange(backlog, { plan, from: nominal, to }, how);
  const running = backlog.phase === "running" && backlog.policy !== "last";
  const again: Backlog = {
    ...backlog,
    phase: running ? "running" : "deciding",
    countedTo: backlog.from - 1,
    refused: 0,
  };
  const later = backlog.later ?? [];
  const last = later.at(-1) ?? backlog;
  if (!followsOn(last, due) && later.length < MOST_RANGES) {
    return { ...again, later: [...later, { plan, from: nominal, to }] };
  }
  const joined = again.joined || !followsOn(last, due);
  if (later.length === 0) return { ...again, joined, to };
  return { ...again, joined, later: [...later.slice(0, -1), { ...last, to }] };
}

/** Adds times that a pause has held back: each pause is decided by itself, behind what was missed before. */
export function addHeld(backlog: Backlog | null, range: Range, policy: Backlog["policy"]): Backlog {
  const how = { policy, reason: PAUSED_REASON };
  return backlog === null ? freshBacklog(range, { ...how, later: [] }) : addRange(backlog, range, how);
}

function addRange(backlog: Backlog, { plan, from, to }: Range, how: Required<Range>["how"]): Backlog {
  const later = backlog.later ?? [];
  const last = later.at(-1);
  if (last === undefined || later.length < MOST_RANGES) {
    return { ...backlog, later: [...later, { plan, from, to, how }] };
  }
  return { ...backlog, joined: true, later: [...later.slice(0, -1), { ...last, to }] };
}

/** Why the newest times of a backlog were missed. */
function lastReason({ reason, later = [] }: Backlog): string {
  return later.findLast(({ how }) => how !== undefined)?.how?.reason ?? reason;
}

type Range = NonNullable<Backlog["later"]>[number];

function freshBacklog(
  { plan, from, to }: Range,
  how: Pick<Backlog, "policy" | "reason" | "later" | "joined">,
): Backlog {
  return { plan, from, to, phase: "deciding", runFrom: null, refused: 0, countedTo: from - 1, ...how };
}

/** Whether no time lies between a range and what is missed now. */
function followsOn({ plan, to }: Range, due: Due): boolean {
  const { schedule, timezone } = due.plan;
  if (plan.schedule !== schedule || plan.timezone !== timezone) return false;
  return nextTime(scheduleOf(plan), to) === due.nominal;
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
  const after = Math.max(backlog.from - 1, nowMs - backlog.plan.misfire.windowMs - 1);
  const most = mostRuns(backlog);
  const [runFrom = null] = most === 0 ? [] : newestTimes(scheduleOf(backlog.plan), after, backlog.to, most);
  const phase = runFrom === backlog.from ? "running" : "refusing";
  return { ...backlog, runFrom, phase, refused: 0, countedTo: backlog.from - 1 };
}

/** How many times of the first range may run: what the ranges after it leave that share its policy, as they are newer. */
function mostRuns({ policy, plan, later = [] }: Backlog): number {
  if (policy === "skip") return 0;
  let most = policy === "last" ? 1 : plan.misfire.max;
  for (const range of later) {
    if (range.how !== undefined) break;
    most -= newestTimes(scheduleOf(range.plan), range.from - 1, range.to, most).length;
  }
  return most;
}

function refuseSlice(backlog: Backlog): BacklogStep {
  const until = backlog.runFrom === null ? backlog.to : backlog.runFrom - 1;
  const { count, lastMs, done } = countTimes(scheduleOf(backlog.plan), backlog.countedTo, until, COUNT_SLICE);
  const refused = backlog.refused + count;
  if (!done) return { kind: "changed", backlog: { ...backlog, refused, countedTo: lastMs } };
  const gap = { from: backlog.from, to: lastMs, count: refused, reason: backlog.reason };
  const { runFrom } = backlog;
  if (runFrom === null) return { kind: "gap", gap, backlog: nextRange(backlog) };
  return { kind: "gap", gap, backlog: { ...backlog, from: runFrom, phase: "running", refused: 0 } };
}

function afterFirst(backlog: Backlog): Backlog | null {
  const next = nextTime(scheduleOf(backlog.plan), backlog.from);
  return next === undefined || next > backlog.to ? nextRange(backlog) : { ...backlog, from: next };
}

/** The backlog without its first range; null when there is no other. */
function nextRange({ policy, reason, joined, later: [first, ...later] = [] }: Backlog): Backlog | null {
  return first === undefined ? null : freshBacklog(first, { policy, reason, ...first.how, joined, later });
}
