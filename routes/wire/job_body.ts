import { z } from "zod";
import { MAX_WAITING } from "../../src/model/mod.ts";
import { duration, flag, jobName, moment, stringMap, text, timezone } from "./field.ts";

const count = (min: number, max: number) => z.number().int().min(min).max(max);

const retryBody = z.object({
  attempts: count(0, 1_000).default(0),
  delay: duration(0).prefault("1s"),
  factor: z.number().min(1).max(100).default(2),
  max_delay: duration(0).prefault("1m"),
  jitter: z.number().min(0).max(1).default(0),
  on: z.array(z.enum(["failed", "timed_out"])).max(2).default(["failed", "timed_out"]),
  exit_codes: z.array(count(-255, 255)).max(256).nullable().default(null),
  other_node: z.boolean().default(false),
});

const misfireBody = z.object({
  policy: z.enum(["skip", "last", "all"]).default("last"),
  window: duration(0).prefault("1h"),
  max: count(1, 10_000).default(100),
});

const dependencyBody = z.object({ job: jobName, on: z.enum(["success", "failure", "always"]).default("success") });

const retentionBody = z.object({ count: count(0, 10_000).default(100) });

/** The body of a job as v1 and Carillon write it; null and absent mean the default, as in Go. */
export const jobBodySchema = z.object({
  name: jobName,
  displayname: text,
  schedule: text,
  timezone,
  owner: text,
  owner_email: text,
  disabled: flag,
  tags: stringMap,
  metadata: stringMap,
  retries: count(0, 1_000).nullish(),
  parent_job: text,
  processors: z.record(z.string(), stringMap).nullish(),
  concurrency: z.enum(["", "allow", "forbid", "queue", "replace"]).nullish(),
  executor: text,
  executor_config: z.record(z.string(), z.unknown()).nullish(),
  ephemeral: flag,
  starts_at: moment,
  expires_at: moment,
  timeout: duration(1).nullish(),
  retry: retryBody.nullish(),
  misfire: misfireBody.nullish(),
  start_deadline: duration(1_000).nullish(),
  jitter: duration(0).nullish(),
  concurrency_key: z.string().min(1).max(200).nullish(),
  max_concurrent: count(1, 10_000).nullish(),
  queue_limit: count(0, MAX_WAITING).nullish(),
  target: z.enum(["all", "one"]).nullish(),
  depends_on: z.array(dependencyBody).max(100).nullish(),
  join: z.enum(["all", "any"]).nullish(),
  priority: count(0, 8).nullish(),
  lost_after: duration(1_000).nullish(),
  on_lost: z.enum(["fail", "retry", "wait"]).nullish(),
  grace: duration(0).nullish(),
  retention: retentionBody.nullish(),
});
/** A job's body after parsing: durations in milliseconds, times in epoch milliseconds. */
export type JobBody = z.output<typeof jobBodySchema>;

/** Keys of a job's answer that a body may repeat and that change nothing. */
export const READ_ONLY: ReadonlySet<string> = new Set([
  "id",
  "success_count",
  "error_count",
  "last_success",
  "last_error",
  "status",
  "next",
  "dependent_jobs",
  "uid",
  "revision",
  "created_at",
  "updated_at",
  "pause",
  "recent",
]);

const NESTED = new Map<string, z.ZodObject>([
  ["retry", retryBody],
  ["misfire", misfireBody],
  ["depends_on", dependencyBody],
  ["retention", retentionBody],
]);

/** A body with its keys as the schema writes them (Go compares them without case), read-only ones left out. */
export function foldKeys(
  body: Readonly<Record<string, unknown>>,
): { body: Record<string, unknown>; unknown: string[] } {
  const known = new Map<string, unknown>();
  const unknown: string[] = [];
  for (const [key, value] of Object.entries(body)) {
    const folded = key.toLowerCase();
    if (Object.hasOwn(jobBodySchema.shape, folded)) known.set(folded, value);
    else if (!READ_ONLY.has(folded)) unknown.push(key);
  }
  for (const [key, schema] of NESTED) unknown.push(...unknownInside(key, schema, known.get(key)));
  return { body: Object.fromEntries(known), unknown };
}

function unknownInside(key: string, schema: z.ZodObject, value: unknown): string[] {
  const parts = Array.isArray(value) ? value : [value];
  return parts.flatMap((part: unknown) =>
    typeof part !== "object" || part === null
      ? []
      : Object.keys(part).filter((inner) => !Object.hasOwn(schema.shape, inner)).map((inner) => `${key}.${inner}`)
  );
}
