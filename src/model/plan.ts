import type { EndedState } from "./execution.ts";
import type { Scope } from "./scope.ts";

/** What is asked of the plan: both ends inclusive, in epoch milliseconds. */
export interface PlanRange {
  fromMs: number;
  toMs: number;
  /** Items of each kind, at most. */
  limit: number;
  /** Null: all jobs. */
  scope: Scope | null;
}

/** Something that ran, runs, will run or did not. */
export type PlanItem =
  /** `execution` is null where only the job's last result is looked at. */
  | { kind: "ran"; job: string; at: number; state: EndedState; execution: string | null; reason: string | null }
  | { kind: "runs"; job: string; at: number; execution: string }
  /** `count` times from `at` to `to`. */
  | { kind: "will_run"; job: string; at: number; to: number; count: number }
  /** `count` times from `at` to `to` were refused. */
  | { kind: "did_not"; job: string; at: number; to: number; count: number; reason: string };

/** An hour of the plan. */
export interface PlanHour {
  /** Its beginning, in epoch milliseconds. */
  hour: number;
  /** Groups that ended well and badly in it; null for who may not know of all jobs. */
  success: number | null;
  failed: number | null;
  /** Due times in it that lie ahead. */
  planned: number;
}

/** What ran, runs, will run and did not, over all jobs. */
export interface Plan {
  hours: readonly PlanHour[];
  /** In the order of time. */
  items: readonly PlanItem[];
  /** There is more than the items show. */
  isCut: boolean;
}
