import { jobAnswerSchema } from "../../../routes/wire/job_answer.ts";
import { eachOf } from "../../support/each_of.ts";
import { bodyFor, type JudgedJob } from "./judged_job.ts";
import { AT_ONCE, pause } from "./pace.ts";
import { soon, type Span } from "./span.ts";

/** From when a job is stored to when that begins to matter, in milliseconds; a busy server takes its time. */
const LEAD_MS = 4_000;

/** So many jobs tell how long storing all of them takes. */
const SAMPLE = 16;

/** The spans of jobs, by name. */
export type Spans = Record<string, Span>;

/** Stores jobs that begin soon, and end after so many milliseconds where that is told; resolves when all are stored. */
export async function storeJobs(url: string, jobs: readonly JudgedJob[], lengthMs?: number): Promise<Spans> {
  const spans: Spans = {};
  await eachOf(jobs, AT_ONCE, async (job) => {
    const startsAt = soon(LEAD_MS);
    const span = { startsAt, expiresAt: lengthMs === undefined ? null : startsAt + lengthMs };
    await storeJob(url, job, span, startsAt);
    spans[job.name] = span;
  });
  return spans;
}

/** Resolves when the last of these spans has begun. */
export async function untilBegun(spans: Spans): Promise<void> {
  await pause(Math.max(...Object.values(spans).map(({ startsAt }) => startsAt)) - Date.now());
}

/** Resolves when the last of these spans is over. */
export async function untilOver(spans: Spans): Promise<void> {
  await pause(Math.max(...Object.values(spans).map(({ expiresAt }) => expiresAt ?? 0)) - Date.now());
}

/** How long to plan ahead for storing all jobs: a server that catches up takes seconds for one that is due each second. */
export async function leadMs(url: string, jobs: readonly JudgedJob[], spans: Spans): Promise<number> {
  const beganAt = performance.now();
  await eachOf(jobs.slice(0, SAMPLE), AT_ONCE, async (job) => {
    const span = spans[job.name];
    if (span) await storeJob(url, job, span, Infinity);
  });
  return LEAD_MS + 5 * (performance.now() - beganAt);
}

/** Tells all jobs to expire, so many milliseconds from when each is told. */
export async function expireJobs(url: string, jobs: readonly JudgedJob[], spans: Spans, inMs: number): Promise<Spans> {
  const expiring: Spans = {};
  await eachOf(jobs, AT_ONCE, async (job) => {
    const span = { startsAt: spans[job.name]?.startsAt ?? 0, expiresAt: soon(inMs) };
    await storeJob(url, job, span, span.expiresAt);
    expiring[job.name] = span;
  });
  return expiring;
}

/** Stores a job; throws when that was decided after `beforeMs`, as nobody could tell then which of its times were due. */
async function storeJob(url: string, job: JudgedJob, span: Span, beforeMs: number): Promise<void> {
  const answer = await fetch(`${url}/v1/jobs?strict`, { method: "POST", body: JSON.stringify(bodyFor(job, span)) });
  if (!answer.ok) throw new Error(`Cannot store job "${job.name}": ${answer.status} ${await answer.text()}`);
  const { updated_at: at } = jobAnswerSchema.parse(await answer.json());
  if (Date.parse(at) >= beforeMs) throw new Error(`Cannot store job "${job.name}" in time: it took until ${at}`);
}
