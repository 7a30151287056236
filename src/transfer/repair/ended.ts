import type { Change } from "../../kv/mod.ts";
import { countGroup, emptyStat, type EndedExecution, isEnded, outcomeOf } from "../../model/mod.ts";
import { executionKey, executionTable, runningKey, statKey, statTable } from "../../store/mod.ts";
import { queueKeyOf } from "../../start/mod.ts";
import type { Execution, Outcome } from "../../model/mod.ts";
import { targetStateOf } from "../close_open.ts";
import type { RepairSource } from "./finding.ts";

/** Where an execution has its records by its state; `waits`: with its group at a gate. */
export function placesOf(execution: Execution, waits: boolean) {
  const history = executionKey(execution.uid, execution.id);
  if (execution.state === "queued") return [waits ? history : queueKeyOf(execution)];
  const mark = runningKey(execution.node ?? "", execution.incarnation ?? "", execution.id);
  if (!isEnded(execution)) return [mark];
  return execution.holdsPlace ? [history, mark] : [history];
}

/** Counts the end of a group in its job's statistic; what counts nowhere, and deleted jobs, change nothing. */
export async function countEnd(
  change: Change,
  { get, isUnreadable, stateOf, nowMs }: RepairSource,
  { uid, outcome }: { uid: string; outcome: Outcome },
): Promise<void> {
  const key = statKey(uid);
  const found = await get(statTable, key);
  const before = found?.value ?? emptyStat;
  const after = countGroup(before, outcome, nowMs);
  if (after === before || stateOf(uid) === "gone" || isUnreadable(key)) return;
  change.check(key, found?.entry.versionstamp ?? null).set(key, statTable.encode(after));
}

/** Writes the end of an execution that stood elsewhere; a lone one is its group, and is counted. */
export async function writeEnd(change: Change, source: RepairSource, ended: EndedExecution): Promise<void> {
  change.set(executionKey(ended.uid, ended.id), executionTable.encode(ended));
  if (!ended.lone) return;
  await countEnd(change, source, { uid: ended.uid, outcome: outcomeOf([targetStateOf(ended)]) });
}
