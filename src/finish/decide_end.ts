import {
  attemptDelayMs,
  type CancelRequest,
  type EndedExecution,
  type EndedState,
  type Execution,
  type Group,
  identityOf,
  isEnded,
  type JobDefinition,
  noOutput,
  onLostOf,
  type Outcome,
  outcomeOf,
  type OutputSummary,
  type QueuedExecution,
  type Target,
} from "../model/mod.ts";
import { attemptOf } from "../start/mod.ts";

/** How an attempt ended. */
export interface AttemptEnd {
  state: EndedState;
  startedAt: number | null;
  finishedAt: number;
  exitCode: number | null;
  reason: string | null;
  output: OutputSummary;
  /** Lost, and not known to be over: a job whose `on_lost` is `wait` keeps its place. */
  maybeRunning: boolean;
}

/** What an end changes: the execution, its group, perhaps one more attempt. */
export interface EndDecision {
  execution: EndedExecution;
  group: Group;
  retry: QueuedExecution | null;
  /** The group's outcome when this was its last open target; else null. */
  outcome: Outcome | null;
}

/** What an end is decided from. `mayRetry` is false for a job that is deleted. */
export interface EndInput {
  execution: Execution;
  group: Group;
  definition: JobDefinition;
  end: AttemptEnd;
  mayRetry: boolean;
  nowMs: number;
  /** A float in [0, 1) for the jitter of a retry. */
  random: number;
}

/** Decides what the end of an attempt changes; reads and writes nothing. */
export function decideEnd(input: EndInput): EndDecision {
  const { execution, group, definition, end, nowMs } = input;
  const policy = onLostOf(definition);
  const holdsPlace = end.state === "lost" && end.maybeRunning && policy === "wait";
  const ended = endedRecord(execution, end, holdsPlace);
  if (holdsPlace) return { execution: ended, group, retry: null, outcome: null };
  const retry = retryOf(input, policy);
  if (retry !== null) {
    return {
      execution: ended,
      group: withTarget(group, execution.target, "open", retry.attempt),
      retry,
      outcome: null,
    };
  }
  // A retry that never ran does not undo the failure before it.
  const state = end.state === "skipped" && execution.attempt > 1 ? "failed" : end.state;
  return { execution: ended, retry: null, ...endTarget(group, execution.target, execution.attempt, state, nowMs) };
}

/** Settles one target; the group ends with its last open one. */
export function endTarget(
  group: Group,
  target: number,
  attempt: number,
  state: EndedState,
  nowMs: number,
): { group: Group; outcome: Outcome | null } {
  const settled = withTarget(group, target, state, attempt);
  if (settled.targets.some((each) => each.state === "open")) return { group: settled, outcome: null };
  const states = settled.targets.flatMap((each) => each.state === "open" ? [] : [each.state]);
  const outcome = outcomeOf(states);
  return { group: { ...settled, state: "ended", endedAt: nowMs, outcome }, outcome };
}

function withTarget(group: Group, index: number, state: Target["state"], attempt: number): Group {
  const target = group.targets[index];
  if (target === undefined) return group;
  const targets = group.targets.with(index, { ...target, state, attempt });
  return { ...group, targets };
}

function retryOf(input: EndInput, onLost: "fail" | "retry" | "wait"): QueuedExecution | null {
  const { execution, group, end, definition: { retry }, nowMs } = input;
  const stopped = execution.state !== "queued" && execution.cancel !== null && execution.cancel.kind !== "lost";
  if (!input.mayRetry || execution.attempt > retry.attempts) return null;
  if (stopped && end.state !== "timed_out") return null;
  const wanted = end.state === "lost" ? onLost === "retry" : retry.on.some((state) => state === end.state);
  if (!wanted) return null;
  if (end.state === "failed" && retry.exitCodes !== null) {
    if (end.exitCode === null || !retry.exitCodes.includes(end.exitCode)) return null;
  }
  const delayMs = attemptDelayMs(retry, execution.attempt, input.random);
  const next = {
    target: execution.target,
    attempt: execution.attempt + 1,
    lone: execution.lone,
    selector: execution.selector,
  };
  return attemptOf(group, next, { queuedAt: nowMs, readyAt: nowMs + delayMs, delayMs });
}

function endedRecord(execution: Execution, end: AttemptEnd, holdsPlace: boolean): EndedExecution {
  const assigned = execution.state === "queued" ? null : execution;
  return {
    ...identityOf(execution),
    state: end.state,
    node: assigned?.node ?? null,
    incarnation: assigned?.incarnation ?? null,
    startedAt: end.startedAt ?? (execution.state === "running" || isEnded(execution) ? execution.startedAt : null),
    finishedAt: end.finishedAt,
    exitCode: end.exitCode,
    reason: end.reason,
    cancel: assigned?.cancel ?? null,
    output: end.output,
    holdsPlace,
    late: null,
  };
}

/** The end of an attempt that never ran. */
export function unrunEnd(state: "cancelled" | "skipped", reason: string, nowMs: number): AttemptEnd {
  return { state, startedAt: null, finishedAt: nowMs, exitCode: null, reason, output: noOutput, maybeRunning: false };
}

/** Who and why, in the words that agents use for what ran. */
export function cancelReason({ kind, by, reason }: CancelRequest): string {
  return kind === "cancel" ? `cancelled by ${by}${reason === "" ? "" : `: ${reason}`}` : reason;
}
