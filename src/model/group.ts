import { z } from "zod";
import { encodeTime, hash64, hashDigits } from "../runtime/mod.ts";
import { ENDED_STATES, type EndedState, type Execution, traceOf, traceSchema } from "./execution.ts";
import { packedTargetsSchema, packTargets } from "./packed_targets.ts";

/** What set off a group. */
export const TRIGGERS = ["schedule", "manual", "parent", "retry", "catch-up", "backfill"] as const;
export type Trigger = typeof TRIGGERS[number];

/** One node's share of a group: who may run it, and how far it is. */
export const targetSchema = z.object({
  /** The queue of its selector; empty in a wide group, whose executions alone say it. */
  selector: z.string(),
  attempt: z.number().int(),
  state: z.enum(["open", ...ENDED_STATES]),
});
export type Target = z.infer<typeof targetSchema>;

/** How a group as a whole ended. */
export const OUTCOMES = ["success", "partially_failed", "failed", "cancelled", "skipped"] as const;
export type Outcome = typeof OUTCOMES[number];

/** What one due time, or one manual start, set off. */
export const groupSchema = z.object({
  id: z.string(),
  uid: z.string(),
  jobName: z.string(),
  revision: z.number().int(),
  trigger: z.enum(TRIGGERS),
  dueAt: z.number().nullable(),
  createdAt: z.number(),
  requestedBy: z.string().nullable(),
  /** The gate it holds or waits at, fixed at its start. */
  gate: z.string().nullable(),
  /** `waiting` stands at its gate with nothing queued yet. */
  state: z.enum(["waiting", "open", "ended"]),
  lane: z.number().int(),
  startDeadlineMs: z.number(),
  /** It has more targets than its start could make: their executions are made page by page (`unmade.ts`). */
  wide: z.literal(true).optional(),
  trace: traceSchema.optional(),
  targets: z.union([z.array(targetSchema), packedTargetsSchema]),
  endedAt: z.number().nullable(),
  outcome: z.enum(OUTCOMES).nullable(),
});
export type Group = z.infer<typeof groupSchema>;

/** A group as it is stored: the targets of a wide one are packed. */
export function storedGroup(group: Group): object {
  return group.wide ? { ...group, targets: packTargets(group.targets) } : group;
}

/**
 * The group of a lone execution as it is while it is open. Most groups are of this kind, and a record of their own would
 * say nothing that the execution does not. `attempt` is the one that its target is at.
 */
export function loneGroup(execution: Execution, attempt: number = execution.attempt): Group {
  const { group: id, uid, jobName, revision, trigger, dueAt, requestedBy, lane, startDeadlineMs } = execution;
  return {
    id,
    uid,
    jobName,
    revision,
    trigger,
    dueAt,
    createdAt: execution.groupCreatedAt,
    requestedBy,
    gate: null,
    state: "open",
    lane,
    startDeadlineMs,
    targets: [{ selector: execution.selector, attempt, state: "open" }],
    endedAt: null,
    outcome: null,
    ...traceOf(execution),
  };
}

/** The id of the group of a due time: the same for whoever makes it, however often. */
export function scheduledGroupId(uid: string, nominalMs: number): string {
  return encodeTime(nominalMs) + hashDigits(`${uid}/${nominalMs}`, 10);
}

/** v1's `group`: creation time in nanoseconds, unique within its millisecond by the id's hash. Above 2^53: a decimal text. */
export function groupNumber(groupId: string, createdMs: number): string {
  const [low] = hash64(groupId);
  return `${Math.trunc(createdMs)}${String(low % 1_000_000).padStart(6, "0")}`;
}

/** The outcome of a group, from the last attempt of each target. */
export function outcomeOf(states: readonly EndedState[]): Outcome {
  const all = (state: EndedState) => states.every((each) => each === state);
  if (all("success")) return "success";
  if (all("cancelled")) return "cancelled";
  if (all("skipped")) return "skipped";
  return states.includes("success") ? "partially_failed" : "failed";
}
