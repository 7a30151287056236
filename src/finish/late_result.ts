import {
  type EndedExecution,
  type Execution,
  executionId,
  type Group,
  holdsPlace,
  isEnded,
  loneGroup,
  type QueuedExecution,
  type Result,
} from "../model/mod.ts";
import { endTarget } from "./decide_end.ts";
import { endGroup } from "./end_attempt.ts";
import type { EndContext } from "./end_context.ts";

/**
 * What the agent of a lost run says after all is kept on the lost execution. While its group is open, a late success ends
 * its target and takes back a retry that nobody has claimed; a place that was held is given back either way.
 */
export async function applyLate(execution: EndedExecution, result: Result, context: EndContext): Promise<Execution> {
  const { draft, deps } = context;
  const nowMs = deps.clock.now();
  const late = { state: result.state, at: nowMs, exitCode: result.exitCode };
  const kept: EndedExecution = { ...execution, late, output: result.output, holdsPlace: false };
  draft.setExecution(kept);
  const group = await openGroupOf(execution, context);
  const target = group?.targets[execution.target];
  if (!group || target?.state !== "open") return kept;
  if (target.attempt !== execution.attempt) {
    const retry = result.state === "success" ? await unclaimedRetry(group, execution, context) : null;
    if (retry === null) return kept;
    draft.removeExecution(retry.id);
  }
  const state = result.state === "success" ? "success" : "lost";
  const ended = endTarget(group, execution.target, execution.attempt, state, nowMs);
  draft.setGroup(ended.group);
  const definition = await context.definition(execution.revision);
  if (ended.outcome === null || definition === null) return kept;
  const jobExists = await context.jobExists();
  await endGroup({ group: ended.group, outcome: ended.outcome, definition, jobExists, nowMs }, context);
  return kept;
}

/** The group of a lost execution while something of it is open; a lone one is at the attempt that was made last. */
async function openGroupOf(execution: EndedExecution, { draft }: EndContext): Promise<Group | null> {
  if (!execution.lone) return await draft.group(execution.group);
  let attempt = execution.attempt;
  let latest: Execution = execution;
  while (true) {
    const next = await draft.execution(executionId(execution.group, execution.target, attempt + 1));
    if (next === null) break;
    latest = next;
    attempt++;
  }
  return isEnded(latest) && !holdsPlace(latest) ? null : loneGroup(execution, attempt);
}

async function unclaimedRetry(
  group: Group,
  execution: EndedExecution,
  context: EndContext,
): Promise<QueuedExecution | null> {
  const attempt = group.targets[execution.target]?.attempt ?? 0;
  const retry = await context.draft.execution(executionId(group.id, execution.target, attempt));
  return retry?.state === "queued" ? retry : null;
}
