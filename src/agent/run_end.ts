import type { ExecutorResult } from "../execute/mod.ts";
import type { CancelRequest, Result } from "../model/mod.ts";

/** How an execution ended, without its times and output. */
export type RunEnd = Pick<Result, "state" | "exitCode" | "reason">;

/**
 * The end that an executor's result makes, given who asked for an end before it, if anyone did. What succeeded before the
 * request reached it is a success.
 *
 * @example
 * ```ts
 * import { endOf } from "./run_end.ts";
 * endOf({ success: false, exitCode: 1, reason: null }, null); // { state: "failed", exitCode: 1, reason: null }
 * ```
 */
export function endOf(result: ExecutorResult, stop: CancelRequest | null): RunEnd {
  const { exitCode, reason } = result;
  if (result.success) return { state: "success", exitCode, reason };
  if (stop) return { state: stateAfter(stop), exitCode, reason: reasonOf(stop) };
  if (result.timedOut) return { state: "timed_out", exitCode, reason };
  return { state: "failed", exitCode, reason };
}

/** The end of an execution that was stopped before anything was begun. */
export function endBeforeStart(stop: CancelRequest): RunEnd {
  return { state: stateAfter(stop), exitCode: null, reason: reasonOf(stop) };
}

/** The end of an execution that could not be run. */
export function failure(reason: string): RunEnd {
  return { state: "failed", exitCode: null, reason };
}

function stateAfter({ kind }: CancelRequest): "timed_out" | "cancelled" | "lost" {
  return kind === "timeout" ? "timed_out" : kind === "lost" ? "lost" : "cancelled";
}

function reasonOf({ kind, by, reason }: CancelRequest): string {
  switch (kind) {
    case "cancel":
      return `cancelled by ${by}${reason ? `: ${reason}` : ""}`;
    case "replace":
    case "timeout":
    case "shutdown":
    case "lost":
      return reason;
    default:
      return kind satisfies never;
  }
}
