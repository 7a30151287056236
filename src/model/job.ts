import { z } from "zod";

/** How starts of one job that would overlap are decided. */
export const CONCURRENCY = ["allow", "forbid", "queue", "replace"] as const;

/** What becomes of times that could not be fired within 10 s. */
export const misfireSchema = z.object({
  policy: z.enum(["skip", "last", "all"]),
  windowMs: z.number(),
  max: z.number().int(),
});
export type Misfire = z.infer<typeof misfireSchema>;

/** When and how often a failed attempt is tried again. `attempts` counts the extra ones. */
export const retrySchema = z.object({
  attempts: z.number().int(),
  delayMs: z.number(),
  factor: z.number(),
  maxDelayMs: z.number(),
  /** Share of the delay that is random, 0 to 1. */
  jitter: z.number(),
  on: z.array(z.enum(["failed", "timed_out"])),
  /** Only these exit codes are tried again; null means any. */
  exitCodes: z.array(z.number().int()).nullable(),
  otherNode: z.boolean(),
});
export type Retry = z.infer<typeof retrySchema>;

/** An edge to a parent: which end of it starts the child. */
export const dependencySchema = z.object({ job: z.string(), on: z.enum(["success", "failure", "always"]) });
export type Dependency = z.infer<typeof dependencySchema>;

/** What a user says a job is; times are epoch milliseconds, durations milliseconds. */
export const jobDefinitionSchema = z.object({
  name: z.string(),
  displayName: z.string(),
  schedule: z.string(),
  timezone: z.string(),
  owner: z.string(),
  ownerEmail: z.string(),
  disabled: z.boolean(),
  /** Null: no tags were given, so the default target applies. */
  tags: z.record(z.string(), z.string()).nullable(),
  /** Of the nodes that fit: all, or any one. Null in a definition from outside: the cluster's setting is written in. */
  target: z.enum(["all", "one"]).nullable(),
  metadata: z.record(z.string(), z.string()).nullable(),
  /** v1's single parent: a dependency with `on: success`. Empty for none. */
  parentJob: z.string(),
  dependsOn: z.array(dependencySchema),
  join: z.enum(["all", "any"]),
  processors: z.record(z.string(), z.record(z.string(), z.string())),
  concurrency: z.enum(CONCURRENCY),
  concurrencyKey: z.string().nullable(),
  maxConcurrent: z.number().int().nullable(),
  /** How many groups may wait at the gate; null means 1 for `queue`, 200 for `allow` with `maxConcurrent`. */
  queueLimit: z.number().int().nullable(),
  executor: z.string(),
  executorConfig: z.record(z.string(), z.unknown()).nullable(),
  ephemeral: z.boolean(),
  startsAt: z.number().nullable(),
  expiresAt: z.number().nullable(),
  timeoutMs: z.number().nullable(),
  /** Between SIGTERM and SIGKILL. */
  graceMs: z.number(),
  retry: retrySchema,
  misfire: misfireSchema,
  /** A run not claimed this long after it first could be is skipped. */
  startDeadlineMs: z.number(),
  jitterMs: z.number(),
  /** 0 to 8; higher is claimed first. */
  priority: z.number().int(),
  lostAfterMs: z.number(),
  /** Null: `wait` where the job has a gate, else `fail`. */
  onLost: z.enum(["fail", "retry", "wait"]).nullable(),
  /** How many started executions are kept. */
  retentionCount: z.number().int(),
});
export type JobDefinition = z.infer<typeof jobDefinitionSchema>;

/** A stored interval in which a job's due times are held back. */
export const pauseSchema = z.object({
  from: z.number(),
  policy: z.enum(["skip", "last", "all"]),
  note: z.string(),
  by: z.string(),
});
export type Pause = z.infer<typeof pauseSchema>;

/** The current definition of a job with what the system keeps beside it. */
export const jobSchema = z.object({
  uid: z.string(),
  revision: z.number().int(),
  createdAt: z.number(),
  updatedAt: z.number(),
  pause: pauseSchema.nullable(),
  /** Start deadlines count from here at the earliest. Null before the first unpause. */
  unpausedAt: z.number().nullable(),
  definition: jobDefinitionSchema,
});
export type Job = z.infer<typeof jobSchema>;

/** One immutable revision of a job. */
export const revisionSchema = z.object({ definition: jobDefinitionSchema, createdAt: z.number() });
export type Revision = z.infer<typeof revisionSchema>;

/** Parents of a job, `parentJob` among them. */
export function parentsOf(definition: JobDefinition): Dependency[] {
  const own = definition.parentJob === "" ? [] : [{ job: definition.parentJob, on: "success" as const }];
  return [...own, ...definition.dependsOn];
}

/** How long a lost run holds its place, and what it counts as. */
export function onLostOf(definition: JobDefinition): "fail" | "retry" | "wait" {
  return definition.onLost ?? (gatePolicyOf("", definition) === null ? "fail" : "wait");
}

/** What a server needs to call a silent agent's runs lost, and the agent to have stopped them by then. Milliseconds. */
const SILENCE_MARGIN_MS = 5_000;

/**
 * How long after the start of its last acknowledged poll an agent begins to stop a run of the job, so that it is over when
 * servers call it lost and give its place away; null where it is never to be stopped for silence.
 */
export function stopAfterSilentMs(definition: JobDefinition): number | null {
  const policy = onLostOf(definition);
  const mayOverlap = policy === "fail" && gatePolicyOf("", definition) === null;
  if (policy === "wait" || mayOverlap) return null;
  return definition.lostAfterMs - definition.graceMs - SILENCE_MARGIN_MS;
}

/** How a job's groups pass its gate. */
export const gatePolicySchema = z.object({
  key: z.string(),
  concurrency: z.enum(CONCURRENCY),
  limit: z.number().int(),
  queueLimit: z.number().int(),
});
export type GatePolicy = z.infer<typeof gatePolicySchema>;

/** Longest line at a gate. */
export const MAX_WAITING = 200;

/** The gate of a job, null when its runs may overlap without limit. Keys shared by jobs never meet a uid. */
export function gatePolicyOf(uid: string, definition: JobDefinition): GatePolicy | null {
  const { concurrency, concurrencyKey, maxConcurrent } = definition;
  if (concurrency === "allow" && maxConcurrent === null) return null;
  const line = concurrency === "queue" ? 1 : concurrency === "allow" ? MAX_WAITING : concurrency === "replace" ? 1 : 0;
  return {
    key: concurrencyKey === null ? `job/${uid}` : `key/${concurrencyKey}`,
    concurrency,
    limit: maxConcurrent ?? 1,
    queueLimit: Math.min(definition.queueLimit ?? line, MAX_WAITING),
  };
}

/**
 * Milliseconds between the end of attempt `attempt` (from 1) and the earliest start of the next. `random` is in [0, 1).
 * The longest delay bounds growth: it never shortens the first one, as its default would where only that is given.
 */
export function attemptDelayMs(retry: Retry, attempt: number, random: number): number {
  const mostMs = Math.max(retry.maxDelayMs, retry.delayMs);
  const plain = Math.min(retry.delayMs * retry.factor ** (attempt - 1), mostMs);
  return Math.round(plain * (1 - retry.jitter + 2 * retry.jitter * random));
}
