import type { Execution } from "./execution.ts";
import type { Job } from "./job.ts";
import type { Scope } from "./scope.ts";
import type { Stat } from "./stat.ts";

/** A job as people look at it: definition, results, next due time, children. */
export interface JobView {
  job: Job;
  stat: Stat;
  /** Epoch milliseconds of the next due time; null when there is none. */
  nextAt: number | null;
  /** Names of jobs that this one's end may start. */
  dependents: readonly string[];
}

/** Columns that a list of jobs can be sorted by. */
export const JOB_SORTS = [
  "name",
  "displayName",
  "schedule",
  "successCount",
  "errorCount",
  "lastSuccess",
  "lastError",
  "next",
  "status",
  "owner",
  "disabled",
  "executor",
] as const;
export type JobSort = typeof JOB_SORTS[number];

/** What to list of the jobs. `end` is exclusive; null for all. */
export interface JobQuery {
  /** Null: all jobs. */
  scope: Scope | null;
  metadata: Readonly<Record<string, string>>;
  /** Case-sensitive part of the name or display name; empty for all. */
  text: string;
  /** `untriggered` means never run. Null for all. */
  status: string | null;
  disabled: boolean | null;
  paused: boolean | null;
  executor: string | null;
  /** Tags that a job's runs ask for, as they are written in the job. */
  tags: Readonly<Record<string, string>>;
  sort: JobSort;
  descending: boolean;
  start: number;
  end: number | null;
}

/** What a list of executions shows. */
export interface ExecutionQuery {
  /** Null: those that started. */
  states: readonly Execution["state"][] | null;
  sort: "id" | "startedAt" | "finishedAt" | "attempt";
  descending: boolean;
  start: number;
  end: number | null;
}
