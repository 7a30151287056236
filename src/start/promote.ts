import type { GateWaiter, Group, QueuedExecution } from "../model/mod.ts";
import {
  covered,
  deleteExecution,
  executionKey,
  groupKey,
  groupTable,
  putGroup,
  type Store,
  type StoreChange,
} from "../store/mod.ts";
import { attemptOf, QUEUE_BELL, writeQueued } from "./start.ts";

/** Groups let in at a gate by one commit: each is checked in it. */
export function promotedAtOnce(store: Store): number {
  return Math.min(10, Math.floor(store.engine.profile.limits.checks / 3));
}

/** The executions of a group that begins after it waited; those of a wide one are made page by page. */
export function queuedTargets(group: Group, nowMs: number): QueuedExecution[] {
  if (group.wide) return [];
  const times = { queuedAt: group.createdAt, readyAt: nowMs };
  return group.targets.flatMap(({ attempt, state, selector }, target) =>
    state === "open" ? [attemptOf(group, { target, attempt, lone: false, selector }, times)] : []
  );
}

/**
 * Lets a group that waited at its gate begin: its executions are queued from now on. The change must take it out of the
 * gate's line. A group that is gone or ended by now is passed over.
 */
export async function writePromotion(
  change: StoreChange,
  waiter: GateWaiter,
  store: Store,
  nowMs: number,
): Promise<void> {
  const entry = await store.get(groupTable, groupKey(waiter.uid, waiter.group));
  if (entry.value === null || entry.value.state !== "waiting") {
    change.check(entry);
    return;
  }
  const group: Group = { ...entry.value, state: "open" };
  putGroup(change, entry, group);
  for (const execution of queuedTargets(group, nowMs)) {
    deleteExecution(change, covered(executionKey(group.uid, execution.id)));
    writeQueued(change, execution);
  }
  change.ring(QUEUE_BELL);
}
