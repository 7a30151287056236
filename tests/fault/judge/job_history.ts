import { z } from "zod";
import { gapAnswerSchema } from "../../../routes/wire/cluster_answer.ts";
import { executionAnswerSchema, STATES_ON_WIRE } from "../../../routes/wire/execution_answer.ts";
import type { JudgedJob } from "./judged_job.ts";

/** An execution as the API tells of it, with times in epoch milliseconds. */
export interface ToldExecution {
  id: string;
  dueAt: number | null;
  attempt: number;
  state: typeof STATES_ON_WIRE[number];
  node: string;
  reason: string | null;
  /** What its agent said of a lost run after all. */
  lateState: string | null;
  startedAt: number;
  finishedAt: number;
}

/** Times that were refused, as the API tells of them: from the first to the last, in epoch milliseconds. */
export interface ToldGap {
  from: number;
  to: number;
  count: number;
  reason: string;
}

/** All that the API tells of a job's past. */
export interface JobHistory {
  job: JudgedJob;
  executions: ToldExecution[];
  gaps: ToldGap[];
}

/** Executions asked for at a time. */
const PAGE = 2_000;

/** Reads a job's whole past, in whichever state. */
export async function readHistory(url: string, job: JudgedJob): Promise<JobHistory> {
  const executions: ToldExecution[] = [];
  for (let total = 1, start = 0; start < total; start += PAGE) {
    const range = `_start=${start}&_end=${start + PAGE}&_order=ASC&output_size_limit=0`;
    const answer = await fetch(`${url}/v1/jobs/${job.name}/executions?state=${STATES_ON_WIRE.join()}&${range}`);
    if (!answer.ok) throw new Error(`Cannot read the executions of "${job.name}": ${await answer.text()}`);
    total = Number(answer.headers.get("x-total-count"));
    executions.push(...z.array(executionAnswerSchema).parse(await answer.json()).map(toldExecution));
  }
  const answer = await fetch(`${url}/v1/jobs/${job.name}/gaps`);
  if (!answer.ok) throw new Error(`Cannot read the gaps of "${job.name}": ${await answer.text()}`);
  return { job, executions, gaps: z.array(gapAnswerSchema).parse(await answer.json()).map(toldGap) };
}

function toldExecution(answer: z.infer<typeof executionAnswerSchema>): ToldExecution {
  return {
    id: answer.id,
    dueAt: answer.due_at === null ? null : Date.parse(answer.due_at),
    attempt: answer.attempt,
    state: answer.state,
    node: answer.node_name,
    reason: answer.reason,
    lateState: answer.late_result?.state ?? null,
    startedAt: Date.parse(answer.started_at),
    finishedAt: Date.parse(answer.finished_at),
  };
}

function toldGap({ from, to, count, reason }: z.infer<typeof gapAnswerSchema>): ToldGap {
  return { from: Date.parse(from), to: Date.parse(to), count, reason };
}
