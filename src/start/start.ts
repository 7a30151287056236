import {
  admit,
  emptyGate,
  executionId,
  type Gate,
  type GatePlace,
  type GatePolicy,
  type Group,
  isWide,
  type QueuedExecution,
  type Selector,
  selectorId,
  targetsRefusal,
  traceOf,
  type Trigger,
  type Unmade,
  unmadePages,
} from "../model/mod.ts";
import {
  covered,
  type Entry,
  executionKey,
  groupKey,
  putExecution,
  putGate,
  putGroup,
  putQueueEntry,
  putUnmade,
  queueKey,
  type StoreChange,
  unmadeKey,
} from "../store/mod.ts";

/** The bell that says: there may be something to claim. */
export const QUEUE_BELL = "queue";

/** Queued runs of one job at most; then a new one is refused. */
export const MAX_QUEUED = 1_000;

/** A group that should start: for a due time, by hand, for a parent. */
export interface StartRequest {
  uid: string;
  jobName: string;
  revision: number;
  groupId: string;
  trigger: Trigger;
  dueAt: number | null;
  requestedBy: string | null;
  gate: GatePolicy | null;
  /** Passes the gate whoever holds it. */
  forced: boolean;
  lane: number;
  startDeadlineMs: number;
  /** One for each target, at least one. */
  selectors: readonly Selector[];
  trace?: string;
}

/** What becomes of a start, with all that is to be written for it. */
export type StartDecision =
  | NewGroup & { kind: "start"; gate: Gate | null }
  | NewGroup & { kind: "wait"; gate: Gate }
  | { kind: "refuse"; why: "overlap" | "too_large"; reason: string; blockedBy: GatePlace[] };

/** A group with all its executions, or, where it is wide, with pages of which they are made after its start. */
interface NewGroup {
  group: Group;
  executions: QueuedExecution[];
  unmade: Unmade[];
}

/**
 * Decides a start by its targets and the gate alone; reads and writes nothing.
 *
 * @example
 * ```ts
 * import { decideStart } from "./start.ts";
 * const decision = decideStart({
 *   uid: "u", jobName: "a", revision: 1, groupId: "g", trigger: "manual", dueAt: null, requestedBy: null, gate: null,
 *   forced: false, lane: 4, startDeadlineMs: 3_600_000, selectors: [{ node: null, tags: {} }],
 * }, null, 0);
 * decision.kind; // "start"
 * ```
 */
export function decideStart(request: StartRequest, gate: Gate | null, nowMs: number): StartDecision {
  const refusal = targetsRefusal(request.selectors);
  if (refusal !== null) return { kind: "refuse", why: "too_large", reason: refusal, blockedBy: [] };
  if (request.gate === null) return { kind: "start", ...newGroup(request, "open", nowMs), gate: null };
  const place = { uid: request.uid, group: request.groupId };
  const admission = admit(gate ?? emptyGate, place, request.gate, request.forced);
  switch (admission.kind) {
    case "refuse":
      return { ...admission, why: "overlap" };
    case "start":
      return { kind: "start", ...newGroup(request, "open", nowMs), gate: admission.gate };
    case "wait":
      return { kind: "wait", ...newGroup(request, "waiting", nowMs), gate: admission.gate };
    default:
      return admission satisfies never;
  }
}

/** Whether a group needs no record of its own: the common kind, whose one execution says it all. */
function isLone({ trigger, gate, selectors }: StartRequest): boolean {
  return gate === null && selectors.length === 1 && (trigger === "schedule" || trigger === "catch-up");
}

function newGroup(request: StartRequest, state: "open" | "waiting", nowMs: number): NewGroup {
  const { uid, jobName, revision, trigger, dueAt, requestedBy, lane, startDeadlineMs } = request;
  const group: Group = {
    id: request.groupId,
    uid,
    jobName,
    revision,
    trigger,
    dueAt,
    createdAt: nowMs,
    requestedBy,
    gate: request.gate?.key ?? null,
    state,
    lane,
    startDeadlineMs,
    targets: request.selectors.map((selector) => ({ selector: selectorId(selector), attempt: 1, state: "open" })),
    endedAt: null,
    outcome: null,
    ...traceOf(request),
  };
  if (isWide(request.selectors)) return wideGroup(group, request.selectors);
  const lone = isLone(request);
  const times = { queuedAt: nowMs, readyAt: nowMs };
  const executions = group.targets.map(({ selector }, target) =>
    attemptOf(group, { target, attempt: 1, lone, selector }, times)
  );
  return { group, executions, unmade: [] };
}

/** One record of all targets is small however many they are, and says nothing that their executions say. */
function wideGroup(group: Group, selectors: readonly Selector[]): NewGroup {
  const target = { selector: "", attempt: 1, state: "open" } as const;
  return {
    group: { ...group, wide: true, targets: selectors.map(() => target) },
    executions: [],
    unmade: unmadePages(selectors),
  };
}

/** A queued attempt of one target of a group. */
export function attemptOf(
  group: Group,
  which: { target: number; attempt: number; lone: boolean; selector: string },
  times: { queuedAt: number; readyAt: number; delayMs?: number },
): QueuedExecution {
  const { target, attempt, lone, selector } = which;
  return {
    id: executionId(group.id, target, attempt),
    uid: group.uid,
    jobName: group.jobName,
    revision: group.revision,
    group: group.id,
    target,
    attempt,
    trigger: attempt > 1 ? "retry" : group.trigger,
    dueAt: group.dueAt,
    requestedBy: group.requestedBy,
    groupCreatedAt: group.createdAt,
    queuedAt: times.queuedAt,
    selector,
    lane: group.lane,
    startDeadlineMs: group.startDeadlineMs,
    lone,
    ...traceOf(group),
    state: "queued",
    readyAt: times.readyAt,
    ...times.delayMs === undefined ? {} : { delayMs: times.delayMs },
  };
}

/**
 * Writes a decided start. The caller's change must prove the right to it: by the due entry, the job's record, or the
 * parent's effect. The gate, when there is one, is checked here. The selectors of its executions must be known
 * (`knowSelectors`); those of a wide group are seen to when its executions are made.
 */
export function writeStart(
  change: StoreChange,
  decision: Exclude<StartDecision, { kind: "refuse" }>,
  gate: Entry<Gate> | null,
): void {
  const { group, executions, unmade } = decision;
  if (group.wide || !executions.every(({ lone }) => lone)) {
    putGroup(change, covered(groupKey(group.uid, group.id)), group);
  }
  if (decision.gate !== null && gate !== null) putGate(change, gate, decision.gate);
  for (const execution of executions) {
    if (decision.kind === "start") writeQueued(change, execution);
    else putExecution(change, covered(executionKey(group.uid, execution.id)), execution);
  }
  for (const [at, page] of unmade.entries()) putUnmade(change, covered(unmadeKey(group.uid, group.id, at)), page);
  if (decision.kind === "start") change.ring(QUEUE_BELL);
}

/** Puts an execution where brokers find it. */
export function writeQueued(change: StoreChange, execution: QueuedExecution): void {
  putQueueEntry(change, covered(queueKeyOf(execution)), execution);
}

/** Where a queued execution stands in its queue. */
export function queueKeyOf(execution: QueuedExecution) {
  return queueKey(execution.selector, execution.lane, execution.readyAt, execution.id);
}
