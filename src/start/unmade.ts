import { executionId, type Group, type QueuedExecution, selectorId, type Unmade, unmadeTargets } from "../model/mod.ts";
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
