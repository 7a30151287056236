import {
  executionId,
  type Group,
  isWide,
  type QueuedExecution,
  selectorId,
  type Unmade,
  unmadeTargets,
} from "../model/mod.ts";
import { groupKey, groupTable, type Store, unmadePrefix, unmadeTable } from "../store/mod.ts";
import { attemptOf } from "./start.ts";

/** The executions that a page of a wide group stands for, as they are when they are made. */
export function executionsOf(group: Group, page: Unmade, readyAt: number): QueuedExecution[] {
  const times = { queuedAt: group.createdAt, readyAt };
  return unmadeTargets(page).map(({ target, selector }) =>
    attemptOf(group, { target, attempt: 1, lone: false, selector: selectorId(selector) }, times)
  );
}

/** The execution of one target of a wide group, if its page holds it. */
export function unmadeExecution(group: Group, page: Unmade, target: number): QueuedExecution | null {
  const id = executionId(group.id, target, 1);
  return executionsOf(group, page, group.createdAt).find((execution) => execution.id === id) ?? null;
}

/** Executions of a job that are still to be made: queued, and nowhere else. */
export async function unmadeOf(store: Store, uid: string): Promise<QueuedExecution[]> {
  const executions: QueuedExecution[] = [];
  for await (const { key, value } of store.scan(unmadeTable, { prefix: unmadePrefix(uid) })) {
    const group = (await store.get(groupTable, groupKey(uid, String(key[2])))).value;
    if (group !== null) executions.push(...executionsOf(group, value, group.createdAt));
  }
  return executions;
}

/**
 * How many runs of a job are queued, with those of its begun groups that are still to be made. Only a start of many
 * targets looks for these: it alone could heap them up faster than they are made.
 */
export async function queuedWithUnmade(
  store: Store,
  start: { uid: string; selectors: { length: number } },
  queued: number,
): Promise<number> {
  if (!isWide(start.selectors)) return queued;
  let runs = queued;
  for await (const { key, value } of store.scan(unmadeTable, { prefix: unmadePrefix(start.uid) })) {
    const group = (await store.get(groupTable, groupKey(start.uid, String(key[2])))).value;
    if (group?.state === "open") runs += Object.keys(value.nodes).length;
  }
  return runs;
}
