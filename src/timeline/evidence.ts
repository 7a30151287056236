import type { ClusterPause, Execution, Gap, Job, JobDefinition, Pause } from "../model/mod.ts";

/** A definition and the time from which it was the job's. */
export interface Era {
  revision: number;
  from: number;
  definition: JobDefinition;
}

/** Times that are still owed: of which reason, and what becomes of them. */
export interface OwedTimes {
  from: number;
  to: number;
  reason: string;
  policy: "skip" | "last" | "all";
}

/** A pause that somebody has made, whether it is on or over. */
export interface KnownPause extends Pick<Pause, "from" | "by" | "note"> {
  of: "job" | "cluster";
}

/** All that is known of a job's times in a range. */
export interface Evidence {
  job: Job;
  /** Newest first; the last one that began before the range is among them. */
  eras: readonly Era[];
  executions: readonly Execution[];
  gaps: readonly Gap[];
  owed: readonly OwedTimes[];
  /** Every time up to here has an execution, a gap, or is owed. */
  accountedTo: number;
  /** Newest first. */
  pauses: readonly KnownPause[];
  /** The pause of the cluster that is on. */
  clusterPause: ClusterPause | null;
  nowMs: number;
}
