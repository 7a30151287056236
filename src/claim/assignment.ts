import { type Assignment, type ClaimedExecution, stopAfterSilentMs, traceOf } from "../model/mod.ts";
import { revisionKey, revisionTable, type Store } from "../store/mod.ts";

/** What the agent needs to run a claimed execution; null when its revision is gone. */
export async function assignmentOf(
  execution: Omit<ClaimedExecution, "state">,
  store: Store,
): Promise<Assignment | null> {
  const revision = await store.get(revisionTable, revisionKey(execution.uid, execution.revision));
  if (revision.value === null) return null;
  const { definition } = revision.value;
  return {
    execution: execution.id,
    uid: execution.uid,
    jobName: execution.jobName,
    attempt: execution.attempt,
    executor: definition.executor,
    config: definition.executorConfig ?? {},
    timeoutMs: definition.timeoutMs,
    graceMs: definition.graceMs,
    claimedAt: execution.claimedAt,
    stopAfterSilentMs: stopAfterSilentMs(definition),
    ...traceOf(execution),
  };
}
