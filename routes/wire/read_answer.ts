import type { z } from "zod";
import type { ClusterPause, JobView, Trigger } from "../../src/model/mod.ts";
import { parseExecutionId } from "../../src/model/mod.ts";
import { clusterPauseAnswerSchema, type gapAnswerSchema, type previewAnswerSchema } from "./cluster_answer.ts";
import { endAnswerSchema, type ExecutionAnswer, executionAnswerSchema, type StateOnWire } from "./execution_answer.ts";
import { type JobAnswer, jobAnswerSchema } from "./job_answer.ts";
import { type MemberAnswer, memberAnswerSchema } from "./member_answer.ts";
import { readJob } from "./read_job.ts";
import { readTimeOrNull } from "./rfc3339.ts";

/** An execution as the API tells it; times are epoch milliseconds. */
export interface ExecutionReport {
  id: string;
  jobName: string;
  group: string;
  attempt: number;
  /** Empty while no node has it. */
  node: string;
  state: StateOnWire;
  trigger: Trigger;
  dueAt: number | null;
  queuedAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  exitCode: number | null;
  reason: string | null;
  /** What was heard of a lost run after all. */
  lateState: StateOnWire | null;
  requestedBy: string | null;
  revision: number;
  outputSizeBytes: number;
  output: string;
  /** The output above is not all that was written. */
  outputTruncated: boolean;
}

/** A node as the API tells it. */
export interface MemberReport {
  id: string;
  name: string;
  address: string;
  tags: Record<string, string>;
  state: MemberAnswer["statusText"];
  /** It takes no more work. */
  draining: boolean;
  slots: number;
  running: number;
  executors: string[];
  registeredAt: number | null;
  lastSeenAt: number | null;
}

/** A job from its answer. Throws where it is no such answer. */
export function readJobAnswer(answer: JobAnswer): JobView {
  const read = jobAnswerSchema.parse(answer);
  const { definition } = readJob(answer, null);
  const createdAt = readTimeOrNull(read.created_at) ?? 0;
  return {
    job: {
      uid: read.uid,
      revision: read.revision,
      createdAt,
      updatedAt: readTimeOrNull(read.updated_at) ?? createdAt,
      pause: read.pause && { ...read.pause, from: readTimeOrNull(read.pause.from) ?? 0 },
      unpausedAt: null,
      definition,
    },
    stat: {
      successCount: read.success_count,
      errorCount: read.error_count,
      lastSuccess: readTimeOrNull(read.last_success),
      lastError: readTimeOrNull(read.last_error),
      status: readStatus(read.status),
      recent: read.recent,
    },
    nextAt: readTimeOrNull(read.next),
    dependents: read.dependent_jobs ?? [],
  };
}

/** An execution from its answer. Throws where it is no such answer. */
export function readExecutionAnswer(answer: ExecutionAnswer): ExecutionReport {
  const read = executionAnswerSchema.parse(answer);
  return {
    id: read.id,
    jobName: read.job_name,
    group: parseExecutionId(read.id)?.group ?? "",
    attempt: read.attempt,
    node: read.node_name,
    state: read.state,
    trigger: read.trigger,
    dueAt: readTimeOrNull(read.due_at),
    queuedAt: readTimeOrNull(read.queued_at) ?? 0,
    startedAt: readTimeOrNull(read.started_at),
    finishedAt: readTimeOrNull(read.finished_at),
    exitCode: read.exit_code,
    reason: read.reason,
    lateState: read.late_result?.state ?? null,
    requestedBy: read.requested_by,
    revision: read.revision,
    outputSizeBytes: read.output_size,
    output: read.output ?? "",
    outputTruncated: read.output_truncated,
  };
}

/** How an execution ended, from the last event of its output. Throws where it is no such event. */
export function readEndAnswer(answer: unknown) {
  const { state, exit_code: exitCode, reason } = endAnswerSchema.parse(answer);
  return { state, exitCode, reason };
}

/** A node from its answer. Throws where it is no such answer. */
export function readMemberAnswer(answer: MemberAnswer): MemberReport {
  const read = memberAnswerSchema.parse(answer);
  const address = read.Port === 0 ? read.Addr : `${read.Addr}:${read.Port}`;
  const { id, Name: name, Tags: tags, statusText: state, draining, slots, running, executors } = read;
  return {
    ...{ id, name, address, tags, state, draining, slots, running, executors },
    registeredAt: readTimeOrNull(read.registered_at),
    lastSeenAt: readTimeOrNull(read.last_seen_at),
  };
}

/** The cluster's pause from its answer; null when none is on. Throws where it is no such answer. */
export function readClusterPauseAnswer(answer: z.infer<typeof clusterPauseAnswerSchema>): ClusterPause | null {
  const { pause } = clusterPauseAnswerSchema.parse(answer);
  return pause && { ...pause, from: readTimeOrNull(pause.from) ?? 0, to: readTimeOrNull(pause.to) };
}

/** A gap from its answer. */
export function readGapAnswer(answer: z.infer<typeof gapAnswerSchema>) {
  return { ...answer, from: readTimeOrNull(answer.from) ?? 0, to: readTimeOrNull(answer.to) ?? 0 };
}

/** A preview from its answer, times in epoch milliseconds. */
export function readPreviewAnswer(answer: z.infer<typeof previewAnswerSchema>) {
  return { ...answer, times: answer.times.flatMap((time) => readTimeOrNull(time) ?? []) };
}

function readStatus(status: string): JobView["stat"]["status"] {
  return status === "success" || status === "failed" || status === "partially_failed" ? status : "";
}
