import type { Issue } from "../runtime/mod.ts";

/** How one run by an executor ended. `reason` says why in words, for a person; null when there is nothing to say. */
export interface ExecutorResult {
  /** True when the work succeeded by the executor's own measure (exit code 0, an expected HTTP status). */
  success: boolean;
  /** The exit code of a process, null when there was none (killed by a signal, no process). */
  exitCode: number | null;
  reason: string | null;
  /** True when the executor's own `timeout` option, or a stop of kind `timeout`, ended the work. */
  timedOut?: boolean;
}

/** Why a run is being stopped; it reaches the executor as the abort signal's reason. */
export interface StopReason {
  kind: "cancel" | "timeout";
  /** Milliseconds between the polite signal and the final one. */
  graceMs: number;
}

/** What is noted of a process group, so that a later life of the agent can find it and be sure that it is the same. */
export interface GroupNote {
  /** The leader's process id, which is the group's id too. */
  pid: number;
  /** The id that the group's processes carry in their environment as CARILLON_EXECUTION. */
  executionId: string;
  /** Wall clock at its start, epoch milliseconds. */
  startedAtMs: number;
}

/** What an executor is told and handed for one run. */
export interface ExecutorContext {
  /** The execution's id; no two runs of this machine share one. */
  executionId: string;
  jobName: string;
  /** `executor_config` of the job as stored: values are strings, as in Dkron, or typed. */
  config: Readonly<Record<string, unknown>>;
  /** Takes output as it comes, in order; copies what it keeps, as the memory is used again. Nothing is written after `run` has resolved. */
  write(chunk: Uint8Array): void;
  /**
   * Called before work that outlives this process may begin: notes the process group on disk, and resolves once noted.
   * The job's own command begins only then; a rejection means that it never begins. Executors without processes never
   * call it.
   */
  processStarted(group: GroupNote): Promise<void>;
  /** Aborted with a StopReason: end the work, politely first, and resolve soon. */
  signal: AbortSignal;
  /** Aborted, after `signal`, when the grace is over before its time: end the work at once. */
  hurry: AbortSignal;
}

/**
 * One way to run a job. `run` resolves when the work has ended, and rejects only for a fault of its own (the run then
 * counts as failed with that message). After an abort it resolves within grace plus about two seconds.
 */
export interface Executor {
  readonly name: string;
  /** Bad fields of a config; paths begin with the option's name (`timeout`). */
  validate(config: Readonly<Record<string, unknown>>): Issue[];
  run(context: ExecutorContext): Promise<ExecutorResult>;
}
