import { emptyStat, type Execution, type Group, hasStarted, isEnded } from "../model/mod.ts";
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

/** Records removed in one commit, at most: each is checked, and an execution's group too. */
function removedAtOnce(store: Store): number {
  return Math.min(40, Math.floor((store.engine.profile.limits.checks - 2) / 2));
}

/** Other executions that may stand between the oldest ones before the whole history is read. */
const OTHERS_READ = 10;

/** Marks of a wide group removed in one commit. */
const TAKEN_AT_ONCE = 100;

/** Skipped executions and gaps kept of a job. */
const SKIPPED_KEPT = 100;
const GAPS_KEPT = 1_000;

/** How many executions of a job are over: those that had started, and those that never did. */
export interface HistorySize {
  started: number;
  skipped: number;
}

/** The kind of history that an execution belongs to; null while it is open, or may run unseen. */
export function historyKind(execution: Execution): keyof HistorySize | null {
  if (!isEnded(execution) || execution.holdsPlace) return null;
  return hasStarted(execution) ? "started" : "skipped";
}

/** Counts what is over of a job, `except` some; reads the whole history. */
export async function measureHistory(store: Store, uid: string, except: ReadonlySet<string>): Promise<HistorySize> {
  const size: HistorySize = { started: 0, skipped: 0 };
  for await (const { value } of store.scan(executionTable, { prefix: executionPrefix(uid) })) {
    const kind = historyKind(value);
    if (kind !== null && !except.has(value.id)) size[kind]++;
  }
  return size;
}

/**
 * Removes a job's oldest ended executions beyond `startedKept` that started and 100 that did not, of as many as `size`
 * says. Answers how many went.
 */
export async function pruneHistory(
  store: Store,
  uid: string,
  startedKept: number,
  size: HistorySize,
): Promise<HistorySize> {
  const excess = { started: size.started - startedKept, skipped: size.skipped - SKIPPED_KEPT };
  const old = await oldest(store, uid, excess);
  const gone: HistorySize = { started: 0, skipped: 0 };
  const most = removedAtOnce(store);
  for (let at = 0; at < old.length; at += most) {
    const page = old.slice(at, at + most);
    if (!await removePage(store, uid, page)) continue;
    for (const { value } of page) gone[historyKind(value) ?? "started"]++;
  }
  return gone;
}

/** Removes a job's oldest gaps beyond 1,000. */
export async function pruneGaps(store: Store, uid: string): Promise<void> {
  await removeGaps(store, uid, GAPS_KEPT);
}

/** A job's oldest executions that are over, as many of each kind as are too many; most often they stand at the beginning. */
async function oldest(store: Store, uid: string, excess: HistorySize): Promise<Found<Execution>[]> {
  const wanted = Math.max(0, excess.started) + Math.max(0, excess.skipped);
  if (wanted === 0) return [];
  for (const limit of [wanted + OTHERS_READ, Infinity]) {
    const left = { ...excess };
    const found = await store.list(executionTable, { prefix: executionPrefix(uid) }, { limit });
    const old = found.filter(({ value }) => {
      const kind = historyKind(value);
      return kind !== null && left[kind]-- > 0;
    });
    if (old.length === wanted || found.length < limit) return old;
  }
  return [];
}

/** Removes ended executions and gaps of a job, all of them. Answers how many executions are left: not ended, or refused. */
export async function clearHistory(store: Store, uid: string): Promise<number> {
  const all = await store.list(executionTable, { prefix: executionPrefix(uid) });
  const ended = all.filter(({ value }) => isEnded(value) && !value.holdsPlace);
  let left = all.length;
  const most = removedAtOnce(store);
  for (let at = 0; at < ended.length; at += most) {
    const page = ended.slice(at, at + most);
    if (await removePage(store, uid, page)) left -= page.length;
  }
  await removeGaps(store, uid, 0);
  return left;
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

async function removeGaps(store: Store, uid: string, kept: number): Promise<void> {
  const gaps = await store.list(gapTable, { prefix: gapPrefix(uid) });
  const old = gaps.slice(0, Math.max(0, gaps.length - kept));
  const most = removedAtOnce(store);
  for (let at = 0; at < old.length; at += most) {
    const change = new StoreChange();
    for (const gap of old.slice(at, at + most)) deleteGap(change, gap);
    await store.commit(change);
  }
}

/** Removes executions with their output, and their groups. Answers false when one of them has changed. */
async function removePage(store: Store, uid: string, page: readonly Found<Execution>[]): Promise<boolean> {
  for (const { value } of page) await removeOutput(store, value);
  const change = new StoreChange();
  for (const execution of page) deleteExecution(change, execution);
  const groups = new Set(page.filter(({ value }) => !value.lone).map(({ value }) => value.group));
  await removeGroups(store, uid, groups, change);
  return (await store.commit(change)).outcome === "applied";
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
    if (group.value.wide) {
      await removeTaken(store, group);
      continue;
    }
    const taken = await store.list(takenTable, { prefix: takenPrefix(group.value.id) });
    for (const mark of taken) deleteTaken(change, covered(mark.key)); // by the group, which is over
  }
}

/** A wide group may have more marks than one commit can remove: they go before it, page by page. */
async function removeTaken(store: Store, group: Found<Group>): Promise<void> {
  const taken = await store.list(takenTable, { prefix: takenPrefix(group.value.id) });
  for (let at = 0; at < taken.length; at += TAKEN_AT_ONCE) {
    const change = new StoreChange().check(group);
    for (const mark of taken.slice(at, at + TAKEN_AT_ONCE)) deleteTaken(change, covered(mark.key));
    await store.commit(change);
  }
}

async function removeOutput(store: Store, execution: Execution): Promise<void> {
  if (!mayHaveOutput(execution)) return;
  const chunks = await store.list(outputTable, { prefix: outputPrefix(execution.id) });
  const most = removedAtOnce(store);
  for (let at = 0; at < chunks.length; at += most) {
    const change = new StoreChange();
    for (const chunk of chunks.slice(at, at + most)) deleteOutput(change, chunk);
    await store.commit(change);
  }
}

/** Whether pieces of its output may be stored. What a lost run wrote was never summed up. */
function mayHaveOutput(execution: Execution): boolean {
  if (!isEnded(execution) || execution.output.inline !== null) return false;
  return execution.output.sizeBytes > 0 || execution.state === "lost";
}
