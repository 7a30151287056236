import type { Execution } from "../model/mod.ts";
import { QUEUE_BELL } from "../start/mod.ts";
import { type AttemptEnd, decideEnd } from "./decide_end.ts";
import { type GroupEnd, writeGroupEnd } from "./end_group.ts";
import type { EndContext } from "./end_context.ts";

/** Ends an attempt with all that follows from it: the retry, or its group's end. */
export async function endAttempt(execution: Execution, end: AttemptEnd, context: EndContext): Promise<Execution> {
  const { draft, deps } = context;
  const group = await draft.groupOf(execution);
  const definition = await context.definition(execution.revision);
  if (group === null || definition === null) return execution;
  const jobExists = await context.jobExists();
  const nowMs = deps.clock.now();
  const random = deps.random.next();
  const decision = decideEnd({ execution, group, definition, end, mayRetry: jobExists, nowMs, random });
  draft.setExecution(decision.execution);
  draft.setGroup(decision.group);
  context.ended.push(decision.execution);
  if (decision.retry !== null) {
    draft.setExecution(decision.retry);
    draft.change.ring(QUEUE_BELL);
  }
  const { outcome } = decision;
  if (outcome !== null) await endGroup({ group: decision.group, outcome, definition, jobExists, nowMs }, context);
  return decision.execution;
}

/** Writes the end of a group and counts it. */
export async function endGroup(end: GroupEnd, context: EndContext): Promise<void> {
  await writeGroupEnd(context.draft, end, context.deps.store, context.deps.graph);
  if (end.outcome === "cancelled" || end.outcome === "skipped") return;
  context.counted.push({ success: end.outcome === "success", endedAtMs: end.nowMs });
}
