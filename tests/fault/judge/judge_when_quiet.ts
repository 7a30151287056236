import { eachOf } from "../../support/each_of.ts";
import { type JobHistory, readHistory } from "./job_history.ts";
import { type Evidence, type JobVerdict, judgeJob } from "./judge_job.ts";
import type { JudgedJob } from "./judged_job.ts";
import { AT_ONCE, pause } from "./pace.ts";
import type { Allowed } from "./allowed.ts";
import type { Span } from "./span.ts";

/** How long a server may take to work off what is left, in milliseconds. */
const QUIET_WITHIN_MS = 120_000;

/** What is judged. */
export interface Trial {
  /** A server that tells of the jobs. */
  url: string;
  jobs: readonly JudgedJob[];
  spansOf: (job: JudgedJob) => readonly Span[];
  evidence: () => Promise<Evidence>;
  allowed: Allowed;
}

/** Judges each job until nothing of it is missing or open, or time is up. */
export async function judgeWhenQuiet({ url, jobs, spansOf, evidence, allowed }: Trial): Promise<JobVerdict[]> {
  const verdicts = new Map<JudgedJob, JobVerdict>();
  const isOpen = (job: JudgedJob) =>
    verdicts.get(job)?.findings.some(({ kind }) => kind === "lost" || kind === "stuck") ?? true;
  const until = performance.now() + QUIET_WITHIN_MS;
  for (;;) {
    const histories: JobHistory[] = [];
    await eachOf(jobs.filter(isOpen), AT_ONCE, async (job) => void histories.push(await readHistory(url, job)));
    // Read last: what a server tells of must have left its traces by now.
    const traces = await evidence();
    for (const history of histories) {
      verdicts.set(history.job, judgeJob(history, traces, spansOf(history.job), allowed));
    }
    if (!jobs.some(isOpen) || performance.now() > until) return [...verdicts.values()];
    await pause(1_000);
  }
}
