import type { ToldExecution } from "./job_history.ts";

/** How far clocks, and the rounding of times, may put an arrival outside of its execution. Milliseconds. */
const TOLERANCE_MS = 250;

/**
 * Starts and ends are recorded from when a claim was decided, not from when it reached its agent: under load they lie
 * before what really happened, by up to this much. The time that a run was declared lost is no such time. Milliseconds.
 */
const RECORDED_EARLY_MS = 5_000;

/** Which execution each arrival belongs to, and what has no partner. */
export interface Matches {
  /** When each execution's request arrived. Epoch milliseconds. */
  arrivedAt: Map<string, number>;
  /** Successes that nothing arrived of. */
  unseen: ToldExecution[];
  /** Arrivals that no execution explains. */
  surplus: number[];
}

/**
 * Gives each success one arrival within its time (the success that ends first takes the earliest, which finds partners
 * for all if that is possible), then each lost run at most one of what is left.
 *
 * @example
 * ```ts
 * import { matchReceipts } from "./match_receipts.ts";
 * matchReceipts([], [1_000]).surplus; // [1000]
 * ```
 */
export function matchReceipts(executions: readonly ToldExecution[], arrivals: readonly number[]): Matches {
  const left = arrivals.toSorted((a, b) => a - b);
  const arrivedAt = new Map<string, number>();
  const unseen: ToldExecution[] = [];
  const take = (execution: ToldExecution): boolean => {
    const { startedAt, finishedAt, state } = execution;
    const until = finishedAt + (state === "success" ? RECORDED_EARLY_MS : TOLERANCE_MS);
    const at = left.findIndex((ms) => ms >= startedAt - TOLERANCE_MS && ms <= until);
    if (at < 0) return false;
    arrivedAt.set(execution.id, left[at] ?? 0);
    left.splice(at, 1);
    return true;
  };
  const byEnd = executions.toSorted((a, b) => a.finishedAt - b.finishedAt);
  for (const execution of byEnd.filter(({ state }) => state === "success")) {
    if (!take(execution)) unseen.push(execution);
  }
  byEnd.filter(({ state }) => state === "lost").forEach(take);
  return { arrivedAt, unseen, surplus: left };
}
