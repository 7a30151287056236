import { type EndedExecution, type Execution, holdsPlace, isAssigned } from "../model/mod.ts";
import { queueKeyOf } from "../start/mod.ts";
import {
  covered,
  deleteExecution,
  deleteQueueEntry,
  deleteRunning,
  type Entry,
  executionKey,
  putExecution,
  putQueueEntry,
  putRunning,
  runningKey,
  type StoreChange,
} from "../store/mod.ts";

/**
 * Writes what became of an execution: its record goes from where it was read to where its state says (`OpenExecutions`).
 * As it was read it is checked, whether it changes or not; a new one (`entry` null) is covered by what else was read.
 */
export function writeMove(change: StoreChange, entry: Entry<Execution> | null, after: Execution | null): void {
  const before = entry?.value ?? null;
  if (entry !== null && (before === null || before === after)) {
    change.check(entry);
    return;
  }
  const stays = entry !== null && after !== null && entry.key[0] === headOf(after);
  if (entry !== null && !stays) takeAway(change, entry);
  if (after !== null) put(change, stays ? entry : null, after);
  if (before !== null && holdsPlace(before)) freePlace(change, before);
  if (after !== null && holdsPlace(after)) putRunning(change, covered(markKey(after)), after);
}

/** Where records of executions in this state stand: the first part of their keys. */
function headOf(execution: Execution): string {
  return execution.state === "queued" ? "q" : isAssigned(execution) ? "running" : "exec";
}

function takeAway(change: StoreChange, entry: Entry<Execution>): void {
  if (entry.key[0] === "q") deleteQueueEntry(change, entry);
  else if (entry.key[0] === "running") deleteRunning(change, entry);
  else deleteExecution(change, entry);
}

function put(change: StoreChange, entry: Entry<Execution> | null, execution: Execution): void {
  if (execution.state === "queued") putQueueEntry(change, covered(queueKeyOf(execution)), execution);
  else if (isAssigned(execution)) putRunning(change, entry ?? covered(markKey(execution)), execution);
  else putExecution(change, entry ?? covered(executionKey(execution.uid, execution.id)), execution);
}

/** A lost run is known to be over: its mark goes. */
function freePlace(change: StoreChange, lost: EndedExecution): void {
  deleteRunning(change, covered(markKey(lost)));
}

function markKey({ node, incarnation, id }: { node: string | null; incarnation: string | null; id: string }) {
  return runningKey(node ?? "", incarnation ?? "", id);
}
