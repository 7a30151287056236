import { emptyStat, type Execution, hasStarted, isEnded } from "../model/mod.ts";
import {
  covered,
  deleteExecution,
  deleteGap,
  deleteGroup,
  deleteOutput,
  deleteTaken,
  executionPrefix,
  executionTable,
  type Found,
  gapPrefix,
  gapTable,
  groupKey,
  groupTable,
  outputPrefix,
  outputTable,
  putStat,
  statKey,
  statTable,
  type Store,
  StoreChange,
  takenPrefix,
  takenTable,
} from "../store/mod.ts";

/** Ended executions removed in one commit: each may check its group. */
const REMOVED_AT_ONCE = 40;

/** Skipped executions and gaps kept of a job. */
const SKIPPED_KEPT = 100;
const GAPS_KEPT = 1_000;

/** Removes a job's oldest ended executions beyond `startedKept` that started and 100 that did not. Answers how many went. */
export async function pruneHistory(store: Store, uid: string, startedKept: number): Promise<number> {
  const all = await store.list(executionTable, { prefix: executionPrefix(uid) });
  const started = all.filter(({ value }) => hasStarted(value));
  const skipped = all.filter(({ value }) => isEnded(value) && !hasStarted(value));
  const old = [
    ...started.slice(0, Math.max(0, started.length - startedKept)),
    ...skipped.slice(0, Math.max(0, skipped.length - SKIPPED_KEPT)),
  ];
  const gone = await removeExecutions(store, uid, old.filter(({ value }) => isEnded(value) && !value.holdsPlace));
  return gone + await pruneGaps(store, uid, GAPS_KEPT);
}

/** Removes ended executions and gaps of a job, all of them. Answers how many executions are left: not ended, or refused. */
export async function clearHistory(store: Store, uid: string): Promise<number> {
  const all = await store.list(executionTable, { prefix: executionPrefix(uid) });
  const ended = all.filter(({ value }) => isEnded(value) && !value.holdsPlace);
  const gone = await removeExecutions(store, uid, ended);
  await pruneGaps(store, uid, 0);
  return all.length - gone;
}

/** Zeroes a job's counters and last results. */
export async function resetStat(store: Store, uid: string): Promise<void> {
  while (true) {
    const stat = await store.get(statTable, statKey(uid));
    const change = new StoreChange();
    putStat(change, stat, emptyStat);
    if ((await store.commit(change)).outcome === "applied") return;
  }
}

async function pruneGaps(store: Store, uid: string, kept: number): Promise<number> {
  const gaps = await store.list(gapTable, { prefix: gapPrefix(uid) });
  const old = gaps.slice(0, Math.max(0, gaps.length - kept));
  for (let at = 0; at < old.length; at += REMOVED_AT_ONCE) {
    const change = new StoreChange();
    for (const gap of old.slice(at, at + REMOVED_AT_ONCE)) deleteGap(change, gap);
    await store.commit(change);
  }
  return old.length;
}

/** Removes executions with their output, and each group with its last execution. */
async function removeExecutions(store: Store, uid: string, old: readonly Found<Execution>[]): Promise<number> {
  let gone = 0;
  for (let at = 0; at < old.length; at += REMOVED_AT_ONCE) {
    const page = old.slice(at, at + REMOVED_AT_ONCE);
    for (const { value } of page) await removeOutput(store, value);
    const change = new StoreChange();
    for (const execution of page) deleteExecution(change, execution);
    await removeGroups(store, uid, new Set(page.map(({ value }) => value.group)), change);
    if ((await store.commit(change)).outcome === "applied") gone += page.length;
  }
  return gone;
}

/** An ended group goes with the first of its executions to go: the others keep all that is shown of them. */
async function removeGroups(store: Store, uid: string, ids: ReadonlySet<string>, change: StoreChange): Promise<void> {
  const sorted = [...ids].sort();
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return;
  const range = {
    prefix: groupKey(uid, first).slice(0, 2),
    start: groupKey(uid, first),
    end: groupKey(uid, `${last}~`),
  };
  for (const group of await store.list(groupTable, range)) {
    if (!ids.has(group.value.id) || group.value.state !== "ended") continue;
    deleteGroup(change, group);
    if (group.value.targets.length === 1) continue;
    const taken = await store.list(takenTable, { prefix: takenPrefix(group.value.id) });
    for (const mark of taken) deleteTaken(change, covered(mark.key)); // by the group, which is over
  }
}

async function removeOutput(store: Store, execution: Execution): Promise<void> {
  if (!mayHaveOutput(execution)) return;
  const chunks = await store.list(outputTable, { prefix: outputPrefix(execution.id) });
  for (let at = 0; at < chunks.length; at += REMOVED_AT_ONCE) {
    const change = new StoreChange();
    for (const chunk of chunks.slice(at, at + REMOVED_AT_ONCE)) deleteOutput(change, chunk);
    await store.commit(change);
  }
}

/** Whether pieces of its output may be stored. What a lost run wrote was never summed up. */
function mayHaveOutput(execution: Execution): boolean {
  if (!isEnded(execution) || execution.output.inline !== null) return false;
  return execution.output.sizeBytes > 0 || execution.state === "lost";
}
