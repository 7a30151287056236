import type { ClaimedExecution, QueuedExecution } from "../model/mod.ts";

/** The node that a queued execution may be given to. */
export interface Taker {
  node: string;
  incarnation: string;
}

/** What a claim is decided from. */
export interface ClaimInput {
  execution: QueuedExecution;
  taker: Taker;
  nowMs: number;
  /** Its start deadline counts from here at the earliest: the end of the job's last pause. */
  heldUntil: number | null;
}

/** When a queued execution is no longer to be started. Epoch milliseconds. */
export function startDeadline(execution: QueuedExecution, heldUntil: number | null): number {
  return Math.max(execution.readyAt, heldUntil ?? 0) + execution.startDeadlineMs;
}

/** The claimed execution, which must be ready; null when its start deadline has passed and it is to be skipped. */
export function decideClaim({ execution, taker, nowMs, heldUntil }: ClaimInput): ClaimedExecution | null {
  if (startDeadline(execution, heldUntil) < nowMs) return null;
  const { readyAt: _at, delayMs: _ms, ...identity } = execution;
  return { ...identity, state: "claimed", ...taker, claimedAt: nowMs, cancel: null };
}
