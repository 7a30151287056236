import { executionId, type GatePlace, type Group, owesPromotion, release, replaced } from "../model/mod.ts";
import { gateKey, gateTable, groupKey, groupTable, putGate, type Store, StoreChange } from "../store/mod.ts";
import { promotedAtOnce, writePromotion } from "../start/mod.ts";
import type { AttemptEvent } from "./apply_event.ts";
import type { Finisher } from "./finisher.ts";

/**
 * Does what a gate still owes: ends groups whose place a `replace` group took, and asks the runs it replaces to end.
 * The gate itself says so, so it may be called at any time and again after any crash.
 */
export async function settleGate(key: string, store: Store, finisher: Finisher): Promise<void> {
  const gate = (await store.read(gateTable, gateKey(key))).value;
  if (gate === null) return;
  for (const place of gate.superseded) {
    const ended = await endOpen(place, store, finisher, (execution) => ({
      kind: "skip",
      execution,
      reason: "superseded by a newer start",
    }));
    if (ended === 0) await leave(key, place, store, finisher);
  }
  if (owesPromotion(gate)) await leave(key, NOBODY, store, finisher);
  for (const place of replaced(gate)) {
    const at = finisher.deps.clock.now();
    const request = { kind: "replace" as const, by: "scheduler", reason: "replaced by a newer start", at };
    const open = await endOpen(place, store, finisher, (execution) => ({ kind: "cancel", execution, request }));
    if (open === 0) await leave(key, place, store, finisher);
  }
}

/** Frees no place, and only lets in who may start. */
const NOBODY: GatePlace = { uid: "", group: "" };

/** Sends an event to each open attempt of a group; answers how many there were. */
async function endOpen(
  place: GatePlace,
  store: Store,
  finisher: Finisher,
  event: (execution: string) => AttemptEvent,
): Promise<number> {
  const group = (await store.read(groupTable, groupKey(place.uid, place.group))).value;
  const open = group === null ? [] : openAttempts(group);
  await Promise.all(open.map((id) => finisher.submit(place.uid, event(id))));
  return open.length;
}

/** Ids of the current attempts of a group's open targets. */
export function openAttempts(group: Group): string[] {
  return group.targets.flatMap(({ state, attempt }, target) =>
    state === "open" ? [executionId(group.id, target, attempt)] : []
  );
}

/** Frees the place of a group that has ended or is gone without leaving its gate. */
async function leave(key: string, place: GatePlace, store: Store, finisher: Finisher): Promise<void> {
  const entry = await store.get(gateTable, gateKey(key));
  if (entry.value === null) return;
  const after = release(entry.value, place.group, promotedAtOnce(store));
  const change = new StoreChange();
  putGate(change, entry, after.gate);
  for (const waiter of after.promoted) await writePromotion(change, waiter, store, finisher.deps.clock.now());
  await store.commit(change);
}
