import { jitterOffset } from "../../src/schedule/mod.ts";
import { BenchServer } from "./bench_server.ts";
import type { BenchOptions, Figure, Row } from "./figure.ts";
import { type Api, callJob, type JobBody, storeJobs, uidsOf } from "./jobs.ts";
import { type Receipt, Sink } from "./sink_client.ts";
import { p50p99, pause } from "./statistics.ts";

const RATES = [20, 50, 200];

/** Jobs of the spread kind run each second second. */
const PERIOD_S = 2;

/** From due time to receipt, at light loads: spread over the second, and all at its start. */
export const lateness: Figure = {
  name: "lateness",
  async *run(options) {
    for (const rate of RATES) yield await spread(rate, options);
    for (const rate of RATES) yield await atOnce(rate, options);
  },
};

async function spread(rate: number, options: BenchOptions): Promise<Row> {
  await using sink = await Sink.start();
  await using server = await BenchServer.start(options);
  const { receipts, seconds } = await collect(server, sink, spreadJobs(sink, rate, PERIOD_S), options);
  const late = lateOfSpread(receipts, await uidsOf(server), PERIOD_S);
  const target = rate === 200 ? { p50: 5, p99: 20 } : undefined;
  return latenessRow(`${rate} runs/s, spread over the second`, rate * seconds, late, target);
}

async function atOnce(rate: number, options: BenchOptions): Promise<Row> {
  await using sink = await Sink.start();
  await using server = await BenchServer.start(options);
  const jobs = Array.from({ length: rate }, (_, i) => callJob(sink, i, "* * * * * *"));
  const { receipts, seconds } = await collect(server, sink, jobs, options);
  const target = rate === 200 ? { p50: 30, p99: 60 } : undefined;
  return latenessRow(
    `${rate} runs/s, all at its start`,
    rate * seconds,
    receipts.map(({ atMs }) => atMs % 1_000),
    target,
  );
}

/** Jobs that run `rate` times a second, each once in a period of whole seconds, spread by their jitter. */
export function spreadJobs(sink: Sink, rate: number, periodS: number): JobBody[] {
  return Array.from({ length: periodS * rate }, (_, i) => {
    const schedule = `${i % periodS}/${periodS} * * * * *`;
    return callJob(sink, i, schedule, { jitter: `${periodS}s` });
  });
}

/** How late each of their runs was, in milliseconds. */
export function lateOfSpread(
  receipts: readonly Receipt[],
  uids: ReadonlyMap<number, string>,
  periodS: number,
): number[] {
  const periodMs = periodS * 1_000;
  return receipts.map(({ job, atMs }) => {
    const phase = job % periodS * 1_000;
    const dueOf = (nominal: number) =>
      nominal + jitterOffset(uids.get(job) ?? "", nominal, periodMs, nominal + periodMs);
    const nominal = Math.floor((atMs - phase) / periodMs) * periodMs + phase;
    return atMs - (dueOf(nominal) > atMs ? dueOf(nominal - periodMs) : dueOf(nominal));
  });
}

/** Stores the jobs, lets them run warm, and notes what comes in whole seconds. */
export async function collect(server: Api, sink: Sink, jobs: JobBody[], { quick }: BenchOptions) {
  await storeJobs(server, jobs);
  return await collectMore(sink, { quick });
}

/** Lets jobs that are stored run warm, and notes what comes in whole seconds. */
export async function collectMore(sink: Sink, { quick }: Pick<BenchOptions, "quick">) {
  const seconds = quick ? 6 : 30;
  await pause(4_000 + (900 - Date.now() % 1_000));
  await sink.take();
  const from = Math.ceil(Date.now() / 1_000) * 1_000;
  await pause(from + seconds * 1_000 + 800 - Date.now());
  const receipts: Receipt[] = await sink.take();
  return { receipts: receipts.filter(({ atMs }) => atMs >= from && atMs < from + seconds * 1_000), seconds };
}

/** The row of a lateness: how late each run was, in milliseconds, and what is aimed at. */
export function latenessRow(
  work: string,
  expected: number,
  late: number[],
  target?: { p50: number; p99: number },
): Row {
  const { p50, p99, text } = p50p99(late);
  // Runs that cross an edge of the window count on one side only.
  const share = late.length / expected;
  const complete = share > 0.97 && share < 1.03;
  const missing = complete ? "" : `, ${late.length} of ${expected} runs`;
  return {
    work,
    target: target ? `<= ${target.p50} (${target.p99}) ms` : "-",
    measured: text + missing,
    ok: complete && (target === undefined || (p50 <= target.p50 && p99 <= target.p99)),
  };
}
