import { type Execution, identityOf, type QueuedExecution } from "../model/mod.ts";
import { QUEUE_BELL } from "../start/mod.ts";
import { covered, deleteTaken, takenKey } from "../store/mod.ts";
import { cancelReason, unrunEnd } from "./decide_end.ts";
import { endAttempt } from "./end_attempt.ts";
import type { EndContext } from "./end_context.ts";

/**
 * A claim of which nothing has begun goes back to its queue; one that was asked to end meanwhile ends. `claimedAt` tells the
 * claim that is meant from a later one, to which a late or repeated message does nothing.
 */
export async function applyReturned(
  event: { node: string; claimedAt: number },
  execution: Execution,
  context: EndContext,
): Promise<Execution> {
  const { draft, deps } = context;
  if (execution.state !== "claimed" || execution.node !== event.node) return execution;
  if (execution.claimedAt !== event.claimedAt) return execution;
  const nowMs = deps.clock.now();
  if (execution.cancel !== null) {
    return await endAttempt(execution, unrunEnd("cancelled", cancelReason(execution.cancel), nowMs), context);
  }
  // Its start deadline counts from the claim, which is as late as it can have become ready.
  const queued: QueuedExecution = { ...identityOf(execution), state: "queued", readyAt: execution.claimedAt };
  // A later attempt may follow one that ran on this node: the node stays its target's.
  if (!execution.lone && execution.attempt === 1) {
    deleteTaken(draft.change, covered(takenKey(execution.group, execution.node)));
  }
  draft.setExecution(queued);
  draft.change.ring(QUEUE_BELL);
  return queued;
}
