import type { Misfire, Retry } from "../../src/model/mod.ts";

/** What a job has where its body says nothing. */
export const DEFAULTS = {
  misfire: { policy: "last", windowMs: 36e5, max: 100 } satisfies Misfire,
  startDeadlineMs: 36e5,
  graceMs: 10_000,
  lostAfterMs: 60_000,
  priority: 4,
  retentionCount: 100,
} as const;

/** The retry that v1's plain number means. */
export function plainRetry(attempts: number): Retry {
  return {
    attempts,
    delayMs: 1_000,
    factor: 2,
    maxDelayMs: 60_000,
    jitter: 0,
    on: ["failed", "timed_out"],
    exitCodes: null,
    otherNode: false,
  };
}

/** Whether v1's plain number says all there is to say of a retry. */
export function isPlainRetry(retry: Retry): boolean {
  return retry.delayMs === 1_000 && retry.factor === 2 && retry.maxDelayMs === 60_000 && retry.jitter === 0 &&
    retry.exitCodes === null && !retry.otherNode && retry.on.length === 2 && retry.on[0] !== retry.on[1];
}
