import { eachOf } from "../support/each_of.ts";
import type { Sink } from "./sink_client.ts";

/** A job's body, as the API takes it. */
export type JobBody = { name: string; schedule: string } & Record<string, unknown>;

/** A server that is asked. */
export interface Api {
  /** Asks it; throws for an answer that is no success. */
  request(path: string, init?: RequestInit): Promise<Response>;
}

/** Jobs in one request for many. */
const CHUNK = 250;

/** Requests in flight. */
const IN_FLIGHT = 16;

/** A job that calls the sink as number `job`. */
export function callJob(sink: Sink, job: number, schedule: string, more: Record<string, unknown> = {}): JobBody {
  return {
    name: nameOf(job),
    schedule,
    executor: "http",
    executor_config: { method: "GET", url: sink.urlOf(job) },
    ...more,
  };
}

/** `count` jobs that run once a year, numbered from `from`. */
export function yearlyJobs(sink: Sink, from: number, count: number): JobBody[] {
  return Array.from(
    { length: count },
    (_, i) => callJob(sink, from + i, "@yearly", { displayname: `Job ${i * 7919 % count}`, owner: `team-${i % 50}` }),
  );
}

/** The name of job number `job`. */
export function nameOf(job: number): string {
  return `bench-${String(job).padStart(6, "0")}`;
}

/** Stores jobs, many at once. */
export async function storeJobs(server: Api, jobs: readonly JobBody[]): Promise<void> {
  const chunks = Array.from(
    { length: Math.ceil(jobs.length / CHUNK) },
    (_, i) => jobs.slice(i * CHUNK, (i + 1) * CHUNK),
  );
  await eachOf(chunks, IN_FLIGHT, async (chunk) => {
    const form = new FormData();
    form.append("file", new Blob([JSON.stringify(chunk)]), "jobs.json");
    const answer = await (await server.request("/v1/restore", { method: "POST", body: form })).text();
    if (answer.includes("fail create")) throw new Error(`Cannot store jobs: ${answer.slice(0, 500)}`);
  });
}

/** Each job's uid, by its number. */
export async function uidsOf(server: Api): Promise<Map<number, string>> {
  const jobs: { name: string; uid: string }[] = await (await server.request("/v1/jobs")).json();
  return new Map(jobs.map(({ name, uid }) => [Number(name.slice("bench-".length)), uid]));
}
