import { z } from "zod";

/** States in which an execution is over. */
export const ENDED_STATES = ["success", "failed", "cancelled", "timed_out", "lost", "skipped"] as const;
export type EndedState = typeof ENDED_STATES[number];

/** The span that its steps belong under, where traces are made: a `traceparent` of W3C Trace Context. */
export const traceSchema = z.string().max(100);

const identity = {
  id: z.string(),
  uid: z.string(),
  jobName: z.string(),
  revision: z.number().int(),
  group: z.string(),
  target: z.number().int(),
  attempt: z.number().int(),
  trigger: z.enum(["schedule", "manual", "parent", "retry", "catch-up", "backfill"]),
  /** The nominal time it stands for; null when started by hand or by a parent. */
  dueAt: z.number().nullable(),
  requestedBy: z.string().nullable(),
  /** When its group was made; v1's `group` number derives from it. */
  groupCreatedAt: z.number(),
  queuedAt: z.number(),
  selector: z.string(),
  lane: z.number().int(),
  /** Not claimed this long after it first could be: skipped. */
  startDeadlineMs: z.number(),
  /** Its group has this one target, no gate, and no record of its own: `loneGroup` says what the group is. */
  lone: z.boolean().default(false),
  trace: traceSchema.optional(),
};

/** Who asked for an end before the end, and why. `kind` decides the state that it ends in. */
export const cancelRequestSchema = z.object({
  kind: z.enum(["cancel", "replace", "timeout", "shutdown", "lost"]),
  by: z.string(),
  reason: z.string(),
  at: z.number(),
});
export type CancelRequest = z.infer<typeof cancelRequestSchema>;

/** What is known of the output; `inline` is the whole of a short one, base64 of its bytes. */
export const outputSummarySchema = z.object({
  /** Bytes the run wrote, kept or not. */
  sizeBytes: z.number().int(),
  truncated: z.boolean(),
  inline: z.string().nullable(),
});
export type OutputSummary = z.infer<typeof outputSummarySchema>;

const assignment = { node: z.string(), incarnation: z.string(), claimedAt: z.number() };

/**
 * Waits in a queue, or with its group at a gate. It is ready at `readyAt` by the clock of whoever queued it, which may be
 * wrong: so it is ready too when it has been seen in its queue for `delayMs`, which is absent where it need not wait.
 */
export const queuedExecutionSchema = z.object({
  ...identity,
  state: z.literal("queued"),
  readyAt: z.number(),
  delayMs: z.number().int().optional(),
});
export type QueuedExecution = z.infer<typeof queuedExecutionSchema>;

/** Given to a node that has not yet said that it runs. */
export const claimedExecutionSchema = z.object({
  ...identity,
  ...assignment,
  state: z.literal("claimed"),
  cancel: cancelRequestSchema.nullable(),
});
export type ClaimedExecution = z.infer<typeof claimedExecutionSchema>;

/** Running on a node. */
export const runningExecutionSchema = z.object({
  ...identity,
  ...assignment,
  state: z.literal("running"),
  startedAt: z.number(),
  cancel: cancelRequestSchema.nullable(),
});
export type RunningExecution = z.infer<typeof runningExecutionSchema>;

/** Over. `node` and `startedAt` are null where it never got that far. */
export const endedExecutionSchema = z.object({
  ...identity,
  state: z.enum(ENDED_STATES),
  node: z.string().nullable(),
  incarnation: z.string().nullable(),
  startedAt: z.number().nullable(),
  finishedAt: z.number(),
  exitCode: z.number().int().nullable(),
  reason: z.string().nullable(),
  cancel: cancelRequestSchema.nullable(),
  output: outputSummarySchema,
  /** Only of a lost run: its place at the gate is still held until the run is known to be over. */
  holdsPlace: z.boolean(),
  /** Only of a lost run: what its agent said afterwards. */
  late: z.object({ state: z.enum(ENDED_STATES), at: z.number(), exitCode: z.number().int().nullable() }).nullable(),
});
export type EndedExecution = z.infer<typeof endedExecutionSchema>;

/** One run of a group on one node, in whichever state. */
export const executionSchema = z.discriminatedUnion("state", [
  queuedExecutionSchema,
  claimedExecutionSchema,
  runningExecutionSchema,
  endedExecutionSchema,
]);
export type Execution = z.infer<typeof executionSchema>;

/** The trace of a run, for a record that belongs to it as well. */
export function traceOf({ trace }: { trace?: string }): { trace?: string } {
  return trace === undefined ? {} : { trace };
}

/** What stays the same of an execution through all its states. */
export function identityOf(execution: Execution) {
  return {
    id: execution.id,
    uid: execution.uid,
    jobName: execution.jobName,
    revision: execution.revision,
    group: execution.group,
    target: execution.target,
    attempt: execution.attempt,
    trigger: execution.trigger,
    dueAt: execution.dueAt,
    requestedBy: execution.requestedBy,
    groupCreatedAt: execution.groupCreatedAt,
    queuedAt: execution.queuedAt,
    selector: execution.selector,
    lane: execution.lane,
    startDeadlineMs: execution.startDeadlineMs,
    lone: execution.lone,
    ...traceOf(execution),
  };
}

/** An execution that a node has. */
export type AssignedExecution = ClaimedExecution | RunningExecution;

/** Whether a node has it now. */
export function isAssigned(execution: Execution): execution is AssignedExecution {
  return execution.state === "claimed" || execution.state === "running";
}

/** Whether it was called lost and holds its place until it is known to be over. */
export function holdsPlace(execution: Execution): execution is EndedExecution {
  return isEnded(execution) && execution.holdsPlace;
}

/** Whether it is over. */
export function isEnded(execution: Execution): execution is EndedExecution {
  return execution.state !== "queued" && !isAssigned(execution);
}

/** Whether its process, as far as we know, ever began: what v1 lists. */
export function hasStarted(execution: Execution): boolean {
  return execution.state === "running" || (isEnded(execution) && execution.startedAt !== null);
}

/** The id of an attempt: fixed by group, target and attempt, so making it twice makes nothing new. Sorts by creation. */
export function executionId(group: string, target: number, attempt: number): string {
  return `${group}-${String(target).padStart(4, "0")}-${String(attempt).padStart(3, "0")}`;
}

/** The group, target and attempt that an execution's id names; undefined when it is no such id. */
export function parseExecutionId(id: string): { group: string; target: number; attempt: number } | undefined {
  const match = /^([0-9a-z]{20})-(\d{4,})-(\d{3,})$/.exec(id);
  if (!match) return undefined;
  const [, group = "", target, attempt] = match;
  return { group, target: Number(target), attempt: Number(attempt) };
}

/** An output of which nothing was written. */
export const noOutput: OutputSummary = { sizeBytes: 0, truncated: false, inline: null };
