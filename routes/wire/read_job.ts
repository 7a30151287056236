import type { z } from "zod";
import { type JobDefinition, readTags, type Retry } from "../../src/model/mod.ts";
import { CarillonError, invalid, type Issue } from "../../src/runtime/mod.ts";
import { DEFAULTS, plainRetry } from "./default.ts";
import { foldKeys, type JobBody, jobBodySchema } from "./job_body.ts";
import { isJsonObject, shapeIssues } from "./json_shape.ts";

/** Largest definition, in bytes of its JSON. */
const MAX_DEFINITION_BYTES = 60 * 1024;

/** A job's definition as a body gave it, with what in it was ignored. */
export interface ReadJob {
  definition: JobDefinition;
  /** Keys that no version knows, as written. */
  unknownKeys: string[];
}

/**
 * Reads the body of a job. `nameFromPath` stands in for a missing name. Throws `invalid` with an issue for each bad
 * field, `too_large` for a definition above 60 KiB.
 *
 * @example
 * ```ts
 * import { readJob } from "./read_job.ts";
 * readJob({ name: "a", schedule: "@every 1m" }, null).definition.misfire.windowMs; // 3_600_000
 * ```
 */
export function readJob(body: unknown, nameFromPath: string | null): ReadJob {
  if (!isJsonObject(body)) throw invalid("Cannot read job: the body is no JSON object");
  throwIf(shapeIssues(body), "Cannot read job");
  const folded = foldKeys(body);
  const name = folded.body.name ?? nameFromPath ?? "";
  const title = `Cannot read job ${typeof name === "string" ? JSON.stringify(name).slice(0, 250) : "without a name"}`;
  const parsed = jobBodySchema.safeParse({ ...folded.body, name });
  if (!parsed.success) throw refused(title, issuesOf(parsed.error));
  throwIf(crossIssues(parsed.data), title);
  const definition = toDefinition(parsed.data);
  const sizeBytes = new TextEncoder().encode(JSON.stringify(definition)).length;
  if (sizeBytes > MAX_DEFINITION_BYTES) {
    throw new CarillonError(
      "too_large",
      `${title}: its definition has ${sizeBytes} bytes, ${MAX_DEFINITION_BYTES} at most`,
    );
  }
  return { definition, unknownKeys: folded.unknown };
}

/** The issues of a failed parse, paths dotted and in wire names. */
export function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.map((issue) => ({ path: issue.path.map(String).join("."), message: issue.message }));
}

/** An `invalid` whose message names the first issue, for clients that show nothing else. */
export function refused(title: string, issues: readonly Issue[]): CarillonError {
  const [first] = issues;
  return invalid(first ? `${title}: ${`${first.path} ${first.message}`.trim()}` : title, issues);
}

function throwIf(issues: readonly Issue[], title: string): void {
  if (issues.length > 0) throw refused(title, issues);
}

/** What single fields cannot tell. */
function crossIssues(body: JobBody): Issue[] {
  const issues: Issue[] = [];
  const parents = [body.parent_job, ...(body.depends_on ?? []).map((edge) => edge.job)].filter((name) => name !== "");
  if (parents.includes(body.name)) issues.push({ path: parentPath(body), message: "a job cannot be its own parent" });
  if (new Set(parents).size < parents.length) issues.push({ path: "depends_on", message: "names a parent twice" });
  if (body.schedule === "" && parents.length === 0) {
    issues.push({ path: "schedule", message: "cannot be empty for a job without a parent" });
  }
  if (body.retry && body.retries && body.retry.attempts !== body.retries) {
    issues.push({ path: "retries", message: `differs from retry.attempts (${body.retry.attempts})` });
  }
  if (body.starts_at !== null && body.expires_at !== null && body.expires_at <= body.starts_at) {
    issues.push({ path: "expires_at", message: "is not after starts_at" });
  }
  const graceMs = body.grace ?? DEFAULTS.graceMs;
  if ((body.lost_after ?? DEFAULTS.lostAfterMs) <= graceMs + 10_000) {
    issues.push({ path: "lost_after", message: `must be more than grace + 10s (${(graceMs + 10_000) / 1000}s)` });
  }
  return [...issues, ...tagIssues(body.tags)];
}

function parentPath(body: JobBody): string {
  return body.parent_job === body.name ? "parent_job" : "depends_on";
}

function tagIssues(tags: JobBody["tags"]): readonly Issue[] {
  try {
    readTags(tags ?? {});
    return [];
  } catch (thrown) {
    if (thrown instanceof CarillonError) return thrown.issues;
    throw thrown;
  }
}

function toDefinition(body: JobBody): JobDefinition {
  return {
    name: body.name,
    displayName: body.displayname,
    schedule: body.schedule,
    timezone: body.timezone,
    owner: body.owner,
    ownerEmail: body.owner_email,
    disabled: body.disabled,
    tags: body.tags,
    target: body.target ?? null,
    metadata: body.metadata,
    parentJob: body.parent_job,
    dependsOn: body.depends_on ?? [],
    join: body.join ?? "all",
    processors: toProcessors(body.processors),
    concurrency: body.concurrency || "allow",
    concurrencyKey: body.concurrency_key ?? null,
    maxConcurrent: body.max_concurrent ?? null,
    queueLimit: body.queue_limit ?? null,
    executor: body.executor,
    executorConfig: toConfig(body.executor_config),
    ephemeral: body.ephemeral,
    startsAt: body.starts_at,
    expiresAt: body.expires_at,
    timeoutMs: body.timeout ?? null,
    graceMs: body.grace ?? DEFAULTS.graceMs,
    retry: toRetry(body),
    misfire: body.misfire
      ? { policy: body.misfire.policy, windowMs: body.misfire.window, max: body.misfire.max }
      : { ...DEFAULTS.misfire },
    startDeadlineMs: body.start_deadline ?? DEFAULTS.startDeadlineMs,
    jitterMs: body.jitter ?? 0,
    priority: body.priority ?? DEFAULTS.priority,
    lostAfterMs: body.lost_after ?? DEFAULTS.lostAfterMs,
    onLost: body.on_lost ?? null,
    retentionCount: body.retention?.count ?? DEFAULTS.retentionCount,
  };
}

function toRetry(body: JobBody): Retry {
  const { retry } = body;
  if (!retry) return plainRetry(body.retries ?? 0);
  return {
    attempts: retry.attempts,
    delayMs: retry.delay,
    factor: retry.factor,
    maxDelayMs: retry.max_delay,
    jitter: retry.jitter,
    on: retry.on,
    exitCodes: retry.exit_codes,
    otherNode: retry.other_node,
  };
}

function toProcessors(processors: JobBody["processors"]): JobDefinition["processors"] {
  return Object.fromEntries(Object.entries(processors ?? {}).map(([name, config]) => [name, config ?? {}]));
}

/** A null option is an empty one, as in Go. */
function toConfig(config: JobBody["executor_config"]): JobDefinition["executorConfig"] {
  if (!config) return null;
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, value ?? ""]));
}
