import { z } from "zod";
import type { Outcome } from "./group.ts";

/** Counters and last results of a job. */
export const statSchema = z.object({
  successCount: z.number().int(),
  errorCount: z.number().int(),
  lastSuccess: z.number().nullable(),
  lastError: z.number().nullable(),
  status: z.enum(["", "success", "failed", "partially_failed"]),
  /** A letter for each of the last outcomes, newest last: s(uccess), f(ailed), p(artially failed). */
  recent: z.string(),
});
export type Stat = z.infer<typeof statSchema>;

/** A job that never ran. */
export const emptyStat: Stat = {
  successCount: 0,
  errorCount: 0,
  lastSuccess: null,
  lastError: null,
  status: "",
  recent: "",
};

/** How many past outcomes a statistic keeps. */
export const RECENT_KEPT = 20;

/** Adds the end of a group: success counts as success, failed and partially_failed as error, the rest nowhere. */
export function countGroup(stat: Stat, outcome: Outcome, endedAt: number): Stat {
  if (outcome === "cancelled" || outcome === "skipped") return stat;
  const success = outcome === "success";
  const recent = stat.recent.slice(1 - RECENT_KEPT) + outcome.charAt(0);
  return {
    successCount: stat.successCount + (success ? 1 : 0),
    errorCount: stat.errorCount + (success ? 0 : 1),
    lastSuccess: success ? endedAt : stat.lastSuccess,
    lastError: success ? stat.lastError : endedAt,
    status: outcome,
    recent,
  };
}
