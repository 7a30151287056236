import { BenchServer } from "./bench_server.ts";
import type { Figure } from "./figure.ts";
import { storeJobs, yearlyJobs } from "./jobs.ts";
import { Sink } from "./sink_client.ts";
import { p50p99 } from "./statistics.ts";

const JOBS = 10_000;

const LISTS = [
  { work: "by name", query: "_start=100&_end=150", p50: 3 },
  { work: "by another column", query: "_sort=displayname&_start=0&_end=50", p50: 10 },
  { work: "filtered by q", query: "q=0042&_start=0&_end=50", p50: 10 },
];

/** Pages of the list of jobs. */
export const listSpeed: Figure = {
  name: "list",
  async *run(options) {
    await using sink = await Sink.start();
    await using server = await BenchServer.start(options);
    await storeJobs(server, yearlyJobs(sink, 0, JOBS));
    for (const { work, query, p50 } of LISTS) {
      const times = await timesOf(() => server.request(`/v1/jobs?${query}`), options.quick ? 60 : 300);
      const took = p50p99(times);
      yield { work: `list 50 of 10,000 ${work}`, target: `p50 <= ${p50} ms`, measured: took.text, ok: took.p50 <= p50 };
    }
  },
};

/** How long a request takes, each time anew, in milliseconds. */
export async function timesOf(ask: () => Promise<Response>, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count + 20; i++) {
    const began = performance.now();
    const response = await ask();
    const answer = await response.text();
    times.push(performance.now() - began);
    if (!answer.startsWith('[{"id"')) throw new Error(`Cannot measure a list: it is empty: ${answer.slice(0, 100)}`);
  }
  return times.slice(20);
}
