import {
  countGroup,
  type Effect,
  emptyStat,
  type Group,
  type JobDefinition,
  type Outcome,
  release,
  traceOf,
} from "../model/mod.ts";
import { hash64 } from "../runtime/mod.ts";
import { promotedAtOnce, QUEUE_BELL, queuedTargets, writePromotion } from "../start/mod.ts";
import { covered, effectKey, type Graph, putEffect, type Store } from "../store/mod.ts";
import type { Draft } from "./draft.ts";

/** The bell that says: there may be an effect to work on. */
export const EFFECT_BELL = "effect";

/** Over how many ranges effects are spread. */
export const EFFECT_SHARDS = 16;

/** Where an effect is kept. */
export function effectKeyOf(id: string) {
  return effectKey(hash64(id)[0] % EFFECT_SHARDS, id);
}

/** What ending a group needs to know. `jobExists` is false for a deleted job: then nothing is owed. */
export interface GroupEnd {
  group: Group;
  outcome: Outcome;
  definition: JobDefinition;
  jobExists: boolean;
  nowMs: number;
}

/** All that the end of a group changes beside the group: its gate, the job's statistic, what is owed. */
export async function writeGroupEnd(draft: Draft, end: GroupEnd, store: Store, graph: Graph): Promise<void> {
  if (end.group.gate !== null) await leaveGate(draft, end.group.gate, end.group, store, end.nowMs);
  const stat = await draft.stat() ?? emptyStat;
  draft.setStat(countGroup(stat, end.outcome, end.nowMs));
  if (!end.jobExists) return;
  const effects = owedEffects(end, graph.children(end.definition.name));
  for (const effect of effects) putEffect(draft.change, covered(effectKeyOf(effect.id)), effect);
  if (effects.length > 0) draft.change.ring(EFFECT_BELL);
}

/** Takes a group out of a gate and lets in whoever may start now. */
async function leaveGate(draft: Draft, key: string, group: Group, store: Store, nowMs: number): Promise<void> {
  const gate = await draft.gate(key);
  if (gate === null) return;
  const after = release(gate, group.id, promotedAtOnce(store));
  draft.setGate(key, after.gate);
  for (const waiter of after.promoted) {
    if (waiter.uid === group.uid) await promoteOwn(draft, waiter.group, nowMs);
    else await writePromotion(draft.change, waiter, store, nowMs);
  }
}

/** A waiter of the same job may already be part of the draft. */
async function promoteOwn(draft: Draft, id: string, nowMs: number): Promise<void> {
  const waiting = await draft.group(id);
  if (waiting === null || waiting.state !== "waiting") return;
  const opened: Group = { ...waiting, state: "open" };
  draft.setGroup(opened);
  for (const execution of queuedTargets(opened, nowMs)) {
    draft.promote(execution);
  }
  draft.change.ring(QUEUE_BELL);
}

/** Effects that a group's end owes; their ids follow from the group, so owing twice makes nothing new. */
export function owedEffects(
  end: GroupEnd,
  children: readonly { name: string; on: "success" | "failure" | "always" }[],
): Effect[] {
  const { group, outcome, definition } = end;
  const base = { attempts: 0, notBefore: 0, lastError: null };
  const effects: Effect[] = children.filter((child) => starts(child.on, outcome)).map((child) => ({
    ...base,
    id: `${group.id}-dependent-${child.name}`,
    kind: "dependent",
    parent: definition.name,
    parentUid: group.uid,
    group: group.id,
    endedAt: end.nowMs,
    outcome,
    child: child.name,
    ...traceOf(group),
  }));
  if (definition.ephemeral && outcome === "success") {
    effects.push({ ...base, id: `${group.id}-ephemeral`, kind: "ephemeral", job: definition.name, uid: group.uid });
  }
  if (definition.schedule.includes("@after_end")) {
    effects.push({
      ...base,
      id: `${group.id}-after_end`,
      kind: "after_end",
      job: definition.name,
      uid: group.uid,
      endedAt: end.nowMs,
    });
  }
  return effects;
}

function starts(on: "success" | "failure" | "always", outcome: Outcome): boolean {
  if (on === "always") return true;
  if (on === "success") return outcome === "success";
  return outcome === "failed" || outcome === "partially_failed";
}
