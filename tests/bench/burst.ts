import { BenchServer } from "./bench_server.ts";
import type { BenchOptions, Figure, Row } from "./figure.ts";
import { callJob, storeJobs } from "./jobs.ts";
import { Sink } from "./sink_client.ts";
import { pause, short } from "./statistics.ts";

const SIZES = [{ jobs: 2_000, withinS: 1 }, { jobs: 10_000, withinS: 4 }];
const MEMORY_MB = 400;

/** What has not come by then counts as lost. */
const LOST_AFTER_MS = 90_000;

/** Jobs that are stored in a second, at the slowest that is waited for. */
const STORED_PER_S = 700;

/** Many jobs due at one instant. */
export const burst: Figure = {
  name: "burst",
  async *run(options) {
    for (const size of SIZES) yield await drain(size, options);
  },
};

async function drain({ jobs, withinS }: { jobs: number; withinS: number }, options: BenchOptions): Promise<Row> {
  await using sink = await Sink.start();
  await using server = await BenchServer.start(options);
  const atMs = Math.ceil(Date.now() / 1_000) * 1_000 + 3_000 + Math.ceil(jobs / STORED_PER_S) * 1_000;
  const schedule = `@at ${new Date(atMs).toISOString()}`;
  await storeJobs(server, Array.from({ length: jobs }, (_, i) => callJob(sink, i, schedule)));
  if (Date.now() > atMs - 1_000) throw new Error(`Cannot measure ${jobs} at once: storing them took too long`);
  await pause(atMs - Date.now());
  const untilMs = Date.now() + LOST_AFTER_MS;
  while (await sink.count() < jobs && Date.now() < untilMs) await pause(50);
  await pause(1_000);
  const receipts = await sink.take();
  const { peak } = await server.memoryMb();
  const seen = new Set(receipts.map(({ job }) => job)).size;
  const tookS = (receipts.reduce((last, receipt) => Math.max(last, receipt.atMs), 0) - atMs) / 1_000;
  const doubled = receipts.length - seen;
  return {
    work: `${short(jobs)} jobs due in one second`,
    target: `drained in <= ${withinS} s, none lost, RSS <= ${MEMORY_MB} MB`,
    measured: `${short(tookS)} s, ${jobs - seen} lost, ${doubled} doubled, RSS ${short(peak)} MB`,
    ok: tookS <= withinS && seen === jobs && doubled === 0 && peak <= MEMORY_MB,
  };
}
