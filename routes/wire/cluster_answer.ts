import { z } from "zod";
import type { ClusterPause, Gap } from "../../src/model/mod.ts";
import { readTime, rfc3339, rfc3339OrNull } from "./rfc3339.ts";

/** What `GET /v1` says of this node. */
export const nodeAnswerSchema = z.object({
  agent: z.object({ name: z.string(), version: z.string() }),
  serf: z.record(z.string(), z.string()),
  tags: z.record(z.string(), z.string()),
  /** Zone of jobs that name none. */
  timezone: z.string(),
});

/** Whether new jobs are refused. */
export const pausedAnswerSchema = z.object({ paused: z.boolean() });

/** Groups that ended well and badly, a row for each UTC day. */
export const statsAnswerSchema = z.object({
  stats: z.array(z.object({ date: z.string(), success_count: z.number().int(), failed_count: z.number().int() })),
});

/** Due times refused for one reason, both ends inclusive. */
export const gapAnswerSchema = z.object({
  from: z.string(),
  to: z.string(),
  count: z.number().int(),
  reason: z.string(),
});

/** The next times of a schedule, and what it says in words. */
export const previewAnswerSchema = z.object({
  times: z.array(z.string()),
  words: z.string(),
  notes: z.array(z.string()),
});

/** The body of a pause of one job; `skip` unless it says otherwise. */
export const pauseBodySchema = z.object({
  policy: z.enum(["skip", "last", "all"]).default("skip"),
  note: z.string().max(1_000).default(""),
});

/** The body of a pause of the cluster; without an end it lasts until it is ended. */
export const clusterPauseBodySchema = pauseBodySchema.extend({
  to: z.string().nullable().default(null).transform((text, context) => {
    const ms = text === null ? null : readTime(text);
    if (ms !== undefined) return ms;
    context.addIssue({ code: "custom", message: "is no time as 2030-01-02T03:04:05Z" });
    return z.NEVER;
  }),
});

/** The pause of the cluster that is on; null when none is. */
export const clusterPauseAnswerSchema = z.object({
  pause: z.object({
    from: z.string(),
    to: z.string().nullable(),
    policy: z.enum(["skip", "last", "all"]),
    note: z.string(),
    by: z.string(),
  }).nullable(),
});

/** The body of a cancel. */
export const cancelBodySchema = z.object({ reason: z.string().max(1_000).default("") });

/** Days as `/v1/stats` answers them. */
export function statsAnswer(
  days: readonly { day: string; success: number; failed: number }[],
): z.infer<typeof statsAnswerSchema> {
  return {
    stats: days.map(({ day, success, failed }) => ({
      date: `${day}T00:00:00Z`,
      success_count: success,
      failed_count: failed,
    })),
  };
}

/** The cluster's pause on the wire. */
export function clusterPauseAnswer(pause: ClusterPause | null): z.infer<typeof clusterPauseAnswerSchema> {
  return { pause: pause && { ...pause, from: rfc3339(pause.from), to: rfc3339OrNull(pause.to) } };
}

/** A gap on the wire. */
export function gapAnswer(gap: Gap): z.infer<typeof gapAnswerSchema> {
  return { from: rfc3339(gap.from), to: rfc3339(gap.to), count: gap.count, reason: gap.reason };
}
