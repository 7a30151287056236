import { z } from "zod";
import { gatePolicySchema, misfireSchema } from "./job.ts";

/** Consecutive due times refused for one reason; both ends inclusive. */
export const gapSchema = z.object({
  from: z.number(),
  to: z.number(),
  count: z.number().int(),
  reason: z.string(),
});
export type Gap = z.infer<typeof gapSchema>;

/** What firing needs of a job, so that it reads nothing else. */
export const firingPlanSchema = z.object({
  uid: z.string(),
  jobName: z.string(),
  revision: z.number().int(),
  schedule: z.string(),
  /** Zone of the job, else the cluster's at the time of writing. */
  timezone: z.string(),
  tags: z.record(z.string(), z.string()).nullable(),
  target: z.enum(["all", "one"]).nullable(),
  gate: gatePolicySchema.nullable(),
  misfire: misfireSchema,
  jitterMs: z.number(),
  startsAt: z.number().nullable(),
  expiresAt: z.number().nullable(),
  lane: z.number().int(),
  startDeadlineMs: z.number(),
});
export type FiringPlan = z.infer<typeof firingPlanSchema>;

/** The next nominal time of a job, with its plan; keyed by when it is due. */
export const dueSchema = z.object({
  plan: firingPlanSchema,
  /** The next time not yet accounted for. */
  nominal: z.number(),
  openGap: gapSchema.nullable(),
  /** A backlog of this job exists; a gated job's on-time times join it. */
  backlogged: z.boolean(),
});
export type Due = z.infer<typeof dueSchema>;

/** How far a job's times are accounted for, and where its due entry stands. */
export const cursorSchema = z.object({
  /** Every nominal time up to here has an execution, a backlog or a gap. Never goes back. */
  lastNominal: z.number(),
  dueAt: z.number().nullable(),
});
export type Cursor = z.infer<typeof cursorSchema>;

/** Why times that a pause has held back did not run. */
export const PAUSED_REASON = "paused";

/** Missed times of a job that are still to be run, or to be refused. */
export const backlogSchema = z.object({
  plan: firingPlanSchema,
  /** First and last nominal time, both inclusive. */
  from: z.number(),
  to: z.number(),
  policy: z.enum(["skip", "last", "all"]),
  /** `deciding`: which of the times run is not yet settled; `refusing`: times before `runFrom` are being counted into a gap. */
  phase: z.enum(["deciding", "refusing", "running"]),
  /** First time that runs; null while deciding, or when none does. */
  runFrom: z.number().nullable(),
  /** Of the times being refused: how many were counted, and up to which. */
  refused: z.number().int(),
  countedTo: z.number(),
  reason: z.string(),
  /** Times that were fired lie inside a range: each is to be looked for before it is started. */
  joined: z.boolean().optional(),
  /** Ranges missed after that, oldest first; times between two ranges were fired on time. */
  later: z.array(z.object({
    plan: firingPlanSchema,
    from: z.number(),
    to: z.number(),
    /** From this range on another policy decides, for another reason, whatever became of those before it. */
    how: z.object({ policy: z.enum(["skip", "last", "all"]), reason: z.string() }).optional(),
  })).optional(),
});
export type Backlog = z.infer<typeof backlogSchema>;

/** Lowest lane: backlog and backfill. */
export const BACKLOG_LANE = 9;

/** The lane of a priority: 0 is claimed first. */
export function laneOf(priority: number): number {
  return 8 - priority;
}
