import {
  type AssignedExecution,
  type CancelRequest,
  type EndedExecution,
  type Execution,
  isAssigned,
  isEnded,
  noOutput,
  type Result,
} from "../model/mod.ts";
import { type AttemptEnd, cancelReason, unrunEnd } from "./decide_end.ts";
import { endAttempt } from "./end_attempt.ts";
import type { EndContext } from "./end_context.ts";
import { applyLate } from "./late_result.ts";
import { applyReturned } from "./returned.ts";

/** The bell that says: a running attempt is asked to end. */
export const CANCEL_BELL = "cancel";

/** Something that happens to an attempt. */
export type AttemptEvent =
  /** Its agent says that it runs. */
  | { kind: "started"; execution: string; node: string; startedAfterMs: number }
  /** Its agent says how it ended. */
  | { kind: "result"; node: string; result: Result }
  /** Somebody wants it to end. */
  | { kind: "cancel"; execution: string; request: CancelRequest }
  /** It did not begin in time, or never will. */
  | { kind: "skip"; execution: string; reason: string }
  /** Its node is silent, or came back without it; `over`: it is known not to run any more. */
  | { kind: "lost"; execution: string; reason: string; over: boolean }
  /** Its agent hands the claim back, of which nothing has begun. */
  | { kind: "returned"; execution: string; node: string; claimedAt: number };

/**
 * Applies one event to a draft; answers the execution as it then is, null when it is gone. An event that comes twice, or
 * too late, changes nothing.
 */
export async function applyEvent(event: AttemptEvent, context: EndContext): Promise<Execution | null> {
  const { draft, deps } = context;
  const id = event.kind === "result" ? event.result.execution : event.execution;
  const execution = await draft.execution(id);
  if (execution === null) return null;
  const end = (how: AttemptEnd) => endAttempt(execution, how, context);
  const nowMs = deps.clock.now();
  switch (event.kind) {
    case "started":
      return applyStarted(event, execution, draft);
    case "cancel":
      if (execution.state === "queued") return await end(unrunEnd("cancelled", cancelReason(event.request), nowMs));
      // Somebody may know that a lost run is over; a run that wants its place does not.
      if (isEnded(execution) && execution.holdsPlace && event.request.kind === "cancel") {
        return await end(settledEnd(execution));
      }
      if (isAssigned(execution) && execution.cancel === null) {
        return set(draft, { ...execution, cancel: event.request });
      }
      return execution;
    case "skip":
      return execution.state === "queued" ? await end(unrunEnd("skipped", event.reason, nowMs)) : execution;
    case "lost":
      if (isAssigned(execution)) return await end(lostEnd(execution, event, nowMs));
      if (isEnded(execution) && execution.holdsPlace && event.over) return await end(settledEnd(execution));
      return execution;
    case "returned":
      return await applyReturned(event, execution, context);
    case "result":
      // Nobody can tell the end of another node's run, not even of a lost one.
      if (execution.state === "queued" || execution.node !== event.node) return execution;
      if (isAssigned(execution)) return await end(resultEnd(execution, event.result));
      if (isEnded(execution) && execution.state === "lost" && execution.late === null) {
        return await applyLate(execution, event.result, context);
      }
      return execution;
    default:
      return event satisfies never;
  }
}

function set<T extends Execution>(draft: EndContext["draft"], execution: T): T {
  draft.setExecution(execution);
  if (isAssigned(execution) && execution.cancel !== null) draft.change.ring(CANCEL_BELL);
  return execution;
}

function applyStarted(
  event: { node: string; startedAfterMs: number },
  execution: Execution,
  draft: EndContext["draft"],
): Execution {
  if (execution.state !== "claimed" || execution.node !== event.node) return execution;
  return set(draft, {
    ...execution,
    state: "running",
    startedAt: execution.claimedAt + Math.round(event.startedAfterMs),
  });
}

function resultEnd(execution: AssignedExecution, result: Result): AttemptEnd {
  const { claimedAt } = execution;
  const startedAt = result.startedAfterMs === null ? null : claimedAt + Math.round(result.startedAfterMs);
  return {
    state: result.state,
    startedAt: execution.state === "running" ? execution.startedAt : startedAt,
    finishedAt: claimedAt + Math.round(result.finishedAfterMs),
    exitCode: result.exitCode,
    reason: result.reason,
    output: result.output,
    maybeRunning: false,
  };
}

function lostEnd(execution: AssignedExecution, event: { reason: string; over: boolean }, nowMs: number): AttemptEnd {
  return {
    state: "lost",
    // A claimed run may have begun: it counts as started when it was handed out.
    startedAt: execution.state === "running" ? execution.startedAt : execution.claimedAt,
    finishedAt: nowMs,
    exitCode: null,
    reason: event.reason,
    output: noOutput,
    maybeRunning: !event.over,
  };
}

/** A lost run that held its place, now known to be over. */
function settledEnd(execution: EndedExecution): AttemptEnd {
  const { startedAt, finishedAt, exitCode, reason, output } = execution;
  return { state: "lost", startedAt, finishedAt, exitCode, reason, output, maybeRunning: false };
}
