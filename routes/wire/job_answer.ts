import { z } from "zod";
import { type Job, type JobView, type Retry } from "../../src/model/mod.ts";
import { formatDuration } from "../../src/runtime/mod.ts";
import { isPlainRetry } from "./default.ts";
import { rfc3339, rfc3339OrNull, rfc3339OrZero } from "./rfc3339.ts";

const time = z.string();
const map = z.record(z.string(), z.string());

/** A job as v1 answers it, with Carillon's own fields behind Dkron's. */
export const jobAnswerSchema = z.object({
  id: z.string(),
  name: z.string(),
  displayname: z.string(),
  timezone: z.string(),
  schedule: z.string(),
  owner: z.string(),
  owner_email: z.string(),
  success_count: z.number().int(),
  error_count: z.number().int(),
  last_success: time.nullable(),
  last_error: time.nullable(),
  disabled: z.boolean(),
  tags: map.nullable(),
  metadata: map.nullable(),
  retries: z.number().int(),
  dependent_jobs: z.array(z.string()).nullable(),
  parent_job: z.string(),
  processors: z.record(z.string(), map),
  concurrency: z.enum(["allow", "forbid", "queue", "replace"]),
  executor: z.string(),
  executor_config: z.record(z.string(), z.unknown()).nullable(),
  status: z.string(),
  next: time,
  ephemeral: z.boolean(),
  starts_at: time.nullable(),
  expires_at: time.nullable(),
  timeout: z.string().nullable(),
  retry: z.object({
    attempts: z.number().int(),
    delay: z.string(),
    factor: z.number(),
    max_delay: z.string(),
    jitter: z.number(),
    on: z.array(z.enum(["failed", "timed_out"])),
    exit_codes: z.array(z.number().int()).nullable(),
    other_node: z.boolean(),
  }).nullable(),
  misfire: z.object({ policy: z.enum(["skip", "last", "all"]), window: z.string(), max: z.number().int() }),
  start_deadline: z.string(),
  jitter: z.string(),
  concurrency_key: z.string().nullable(),
  max_concurrent: z.number().int().nullable(),
  queue_limit: z.number().int().nullable(),
  target: z.enum(["all", "one"]).nullable(),
  depends_on: z.array(z.object({ job: z.string(), on: z.enum(["success", "failure", "always"]) })),
  join: z.enum(["all", "any"]),
  priority: z.number().int(),
  lost_after: z.string(),
  on_lost: z.enum(["fail", "retry", "wait"]).nullable(),
  grace: z.string(),
  retention: z.object({ count: z.number().int() }),
  /** A letter for each of the last 20 outcomes, newest last: s(uccess), f(ailed), p(artially failed). */
  recent: z.string(),
  uid: z.string(),
  revision: z.number().int(),
  created_at: time,
  updated_at: time,
  pause: z.object({ from: time, policy: z.enum(["skip", "last", "all"]), note: z.string(), by: z.string() }).nullable(),
});
/** A job as v1 answers it. */
export type JobAnswer = z.infer<typeof jobAnswerSchema>;

/** The ETag of a job's current revision, in its quotes: what `If-Match` is compared with. */
export function etagOf(job: Job): string {
  return `"${job.uid}-${job.revision}"`;
}

/** A job on the wire. Every field of v1 is there, with null and {} where Dkron has them. */
export function jobAnswer(view: JobView): JobAnswer {
  const { job, stat } = view;
  const { definition } = job;
  return {
    id: definition.name,
    name: definition.name,
    displayname: definition.displayName,
    timezone: definition.timezone,
    schedule: definition.schedule,
    owner: definition.owner,
    owner_email: definition.ownerEmail,
    success_count: stat.successCount,
    error_count: stat.errorCount,
    last_success: rfc3339OrNull(stat.lastSuccess),
    last_error: rfc3339OrNull(stat.lastError),
    disabled: definition.disabled,
    tags: definition.tags,
    metadata: definition.metadata,
    retries: definition.retry.attempts,
    dependent_jobs: view.dependents.length === 0 ? null : [...view.dependents],
    parent_job: definition.parentJob,
    processors: definition.processors,
    concurrency: definition.concurrency,
    executor: definition.executor,
    executor_config: definition.executorConfig,
    status: stat.status,
    next: rfc3339OrZero(view.nextAt),
    ephemeral: definition.ephemeral,
    starts_at: rfc3339OrNull(definition.startsAt),
    expires_at: rfc3339OrNull(definition.expiresAt),
    ...ownFields(job),
    recent: stat.recent,
  };
}

function ownFields(job: Job) {
  const { definition } = job;
  const { misfire } = definition;
  return {
    timeout: definition.timeoutMs === null ? null : formatDuration(definition.timeoutMs),
    retry: retryAnswer(definition.retry),
    misfire: { policy: misfire.policy, window: formatDuration(misfire.windowMs), max: misfire.max },
    start_deadline: formatDuration(definition.startDeadlineMs),
    jitter: formatDuration(definition.jitterMs),
    concurrency_key: definition.concurrencyKey,
    max_concurrent: definition.maxConcurrent,
    queue_limit: definition.queueLimit,
    target: definition.target,
    depends_on: definition.dependsOn,
    join: definition.join,
    priority: definition.priority,
    lost_after: formatDuration(definition.lostAfterMs),
    on_lost: definition.onLost,
    grace: formatDuration(definition.graceMs),
    retention: { count: definition.retentionCount },
    uid: job.uid,
    revision: job.revision,
    created_at: rfc3339(job.createdAt),
    updated_at: rfc3339(job.updatedAt),
    pause: job.pause && { ...job.pause, from: rfc3339(job.pause.from) },
  };
}

/** Null where v1's `retries` says it all, so that a client that knows only that may change it. */
function retryAnswer(retry: Retry): JobAnswer["retry"] {
  if (isPlainRetry(retry)) return null;
  return {
    attempts: retry.attempts,
    delay: formatDuration(retry.delayMs),
    factor: retry.factor,
    max_delay: formatDuration(retry.maxDelayMs),
    jitter: retry.jitter,
    on: retry.on,
    exit_codes: retry.exitCodes,
    other_node: retry.otherNode,
  };
}
