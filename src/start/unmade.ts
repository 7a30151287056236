import {
  type Group,
  isWide,
  type QueuedExecution,
  type Selector,
  selectorId,
  type Unmade,
  unmadeTargets,
} from "../model/mod.ts";
import { groupKey, groupTable, type Store, unmadePrefix, unmadeTable } from "../store/mod.ts";
import { attemptOf } from "./start.ts";

/** The executions that a page of a wide group stands for, as they are when they are made. */
export function executionsOf(group: Group, page: Unmade, readyAt: number): QueuedExecution[] {
  return unmadeTargets(page).map(({ target, selector }) => executionOf(group, target, selector, readyAt));
}

/** The execution of one target of a wide group, if its page holds it. */
export function unmadeExecution(group: Group, { tags, nodes }: Unmade, target: number): QueuedExecution | null {
  const node = nodes[target];
  return node === undefined ? null : executionOf(group, target, { node, tags }, group.createdAt);
}

/** Executions of a job that are still to be made: queued, and nowhere else. */
export async function unmadeOf(store: Store, uid: string): Promise<QueuedExecution[]> {
  const executions: QueuedExecution[] = [];
  for await (const { group, page } of pagesOf(store, uid)) {
    executions.push(...executionsOf(group, page, group.createdAt));
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
  for await (const { group, page } of pagesOf(store, start.uid)) {
    if (group.state === "open") runs += Object.keys(page.nodes).length;
  }
  return runs;
}

/** The pages of a job, each with its group. */
async function* pagesOf(store: Store, uid: string): AsyncIterable<{ group: Group; page: Unmade }> {
  for await (const { key, value: page } of store.scan(unmadeTable, { prefix: unmadePrefix(uid) })) {
    const group = (await store.get(groupTable, groupKey(uid, String(key[2])))).value;
    if (group !== null) yield { group, page };
  }
}

function executionOf(group: Group, target: number, selector: Selector, readyAt: number): QueuedExecution {
  const which = { target, attempt: 1, lone: false, selector: selectorId(selector) };
  return attemptOf(group, which, { queuedAt: group.createdAt, readyAt });
}
