import {
  type Due,
  type EndedPause,
  type FiringPlan,
  type Gap,
  type Gate,
  scheduledGroupId,
  type Selector,
} from "../model/mod.ts";
import {
  type HeldTimes,
  heldTimes,
  type NextDue,
  nextDue,
  previousTime,
  scheduleOf,
  withinBounds,
} from "../schedule/mod.ts";
import { decideStart, MAX_QUEUED, type StartDecision, type StartRequest } from "../start/mod.ts";

/** A time that could not be fired this long after it was due is missed. Milliseconds. */
export const MISSED_AFTER_MS = 10_000;

/** What one due entry is decided from. */
export interface FireInput {
  due: Due;
  /** When the entry is due: its nominal time and jitter. */
  atMs: number;
  nowMs: number;
  /** The ended pause of the cluster that has held the entry back. */
  pause: EndedPause | null;
  gate: Gate | null;
  queuedRuns: number;
  selectors: readonly Selector[];
  /** What the run's spans belong under. */
  trace?: string;
}

/** What becomes of one due entry; each kind moves it to `next`, or away when there is none. */
export type FireDecision =
  /** Times from the entry's nominal up to `to` were missed. */
  | { kind: "missed"; to: number; next: NextDue | null }
  /** A pause of the cluster has held back these times; null where the end of a run counts, later now. */
  | { kind: "held"; times: HeldTimes | null; policy: EndedPause["policy"]; next: NextDue | null }
  /** A gated job's time lines up behind its backlog. */
  | { kind: "behind"; next: NextDue | null }
  | { kind: "refused"; gap: Gap; closed: Gap | null; next: NextDue | null }
  | {
    kind: "started";
    decision: Exclude<StartDecision, { kind: "refuse" }>;
    closed: Gap | null;
    next: NextDue | null;
  };

/** Decides what becomes of the head of a job's due times; reads and writes nothing. */
export function decideFire(input: FireInput): FireDecision {
  const { due, atMs, nowMs, pause } = input;
  const { plan, nominal } = due;
  // What was missed before a pause began is none of the pause's.
  const judgedMs = Math.min(nowMs, pause?.from ?? nowMs);
  // A time that counts from the end of a run has no later one to make up for it: it is fired, however late.
  const isLone = scheduleOf(plan).kind === "after_end";
  if (atMs < judgedMs - MISSED_AFTER_MS && !isLone) {
    const to = Math.max(nominal, lastMissed(due, judgedMs));
    return { kind: "missed", to, next: nextDue(plan, to) };
  }
  if (pause !== null) return decideHeld(due, pause, nowMs);
  const next = nextDue(plan, nominal);
  if (due.backlogged && plan.gate !== null && !isLone) return { kind: "behind", next };
  const refuse = (reason: string): FireDecision => ({
    kind: "refused",
    ...extendGap(due, reason),
    next: next ?? nextUnran(plan, nowMs),
  });
  if (input.queuedRuns >= MAX_QUEUED) return refuse("queue full");
  const request = requestOf(due, input);
  const decision = decideStart(request, input.gate, nowMs);
  if (decision.kind === "refuse") return refuse(decision.reason);
  return { kind: "started", decision, closed: due.openGap, next };
}

/** Times inside a pause of the cluster follow its policy; an end of a run counts from the end of the pause. */
function decideHeld({ plan, nominal }: Due, { to: endMs, policy }: EndedPause, nowMs: number): FireDecision {
  const schedule = scheduleOf(plan);
  if (schedule.kind === "after_end") {
    return { kind: "held", times: null, policy, next: withinBounds(plan, endMs + schedule.delayMs) };
  }
  const times = heldTimes(plan, nominal, endMs - 1, nowMs) ?? { plan, from: nominal, to: nominal };
  return { kind: "held", times, policy, next: nextDue(plan, times.to) };
}

/** The next time of an `@after_end` job when this one does not run: no end will make it due. Null for all others. */
function nextUnran(plan: FiringPlan, nowMs: number): NextDue | null {
  const schedule = scheduleOf(plan);
  if (schedule.kind !== "after_end") return null;
  return { nominal: nowMs + schedule.delayMs, atMs: nowMs + schedule.delayMs };
}

/** The newest time that is missed for certain, whatever its jitter. */
function lastMissed({ plan }: Due, nowMs: number): number {
  const untilMs = nowMs - MISSED_AFTER_MS - plan.jitterMs - 1;
  return previousTime(scheduleOf(plan), Math.min(untilMs, plan.expiresAt ?? untilMs)) ?? 0;
}

function requestOf({ plan, nominal }: Due, { selectors, trace }: FireInput): StartRequest {
  return {
    uid: plan.uid,
    jobName: plan.jobName,
    revision: plan.revision,
    groupId: scheduledGroupId(plan.uid, nominal),
    trigger: "schedule",
    dueAt: nominal,
    requestedBy: null,
    gate: plan.gate,
    forced: false,
    lane: plan.lane,
    startDeadlineMs: plan.startDeadlineMs,
    selectors,
    trace,
  };
}

/** Adds the entry's time to its open gap where the reason is the same; else closes that and opens another. */
function extendGap({ openGap, nominal }: Due, reason: string): { gap: Gap; closed: Gap | null } {
  if (openGap !== null && openGap.reason === reason) {
    return { gap: { ...openGap, to: nominal, count: openGap.count + 1 }, closed: null };
  }
  return { gap: { from: nominal, to: nominal, count: 1, reason }, closed: openGap };
}
