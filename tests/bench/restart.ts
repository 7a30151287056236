import { eventually } from "../support/eventually.ts";
import { BenchServer } from "./bench_server.ts";
import type { BenchOptions, Figure, Row } from "./figure.ts";
import { callJob, nameOf, storeJobs, yearlyJobs } from "./jobs.ts";
import { Sink } from "./sink_client.ts";
import { pause, percentile, short } from "./statistics.ts";

/** Jobs that are due each second, so that there is a run to see. */
const BUSY = 20;

/** Share of a core and memory that an idle server may take. */
const IDLE = { cpuPercent: 1, memoryMb: 250 };

/** Start again with 10,000 jobs. */
export const restart: Figure = {
  name: "restart",
  async *run(options) {
    await using sink = await Sink.start();
    await using server = await BenchServer.start(options);
    yield* restarts(server, sink, { jobs: 10_000, withinS: 1 }, options);
  },
};

/** Start again, and do nothing, with 100,000 jobs. */
export const hundredThousand: Figure = {
  name: "100k",
  async *run(options) {
    await using sink = await Sink.start();
    await using server = await BenchServer.start(options);
    yield* restarts(server, sink, { jobs: 100_000, withinS: 1.5 }, options);
    yield await idle(server, options);
  },
};

async function* restarts(
  server: BenchServer,
  sink: Sink,
  { jobs, withinS }: { jobs: number; withinS: number },
  options: BenchOptions,
): AsyncIterable<Row> {
  const began = performance.now();
  await storeJobs(server, yearlyJobs(sink, BUSY, jobs));
  const storedS = (performance.now() - began) / 1_000;
  await storeJobs(server, Array.from({ length: BUSY }, (_, i) => callJob(sink, i, "* * * * * *")));
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const times: number[] = [];
    for (let i = 0; i < (options.quick ? 1 : 5); i++) times.push(await firstRun(server, sink, signal));
    const median = percentile(times, 0.5);
    yield {
      work: `restart with ${short(jobs)} jobs until the first run, after ${signal}`,
      target: `<= ${withinS} s`,
      measured: `${short(median)} s (${times.map(short).join(", ")}; stored in ${short(storedS)} s)`,
      ok: median <= withinS,
    };
  }
}

/** Seconds from spawning the process until a call of it is received. */
async function firstRun(server: BenchServer, sink: Sink, signal: Deno.Signal): Promise<number> {
  await eventually(async () => await sink.count() > 0, { withinMs: 20_000, what: "runs before the restart" });
  let spawnedAtMs = Infinity;
  const restarted = server.restart(signal).then((atMs) => spawnedAtMs = atMs);
  await restarted;
  const first = await eventually(
    async () => (await sink.take()).find(({ atMs }) => atMs >= spawnedAtMs),
    { withinMs: 60_000, what: "a run after the restart" },
  );
  await pause(2_500);
  return (first.atMs - spawnedAtMs) / 1_000;
}

async function idle(server: BenchServer, { quick }: BenchOptions): Promise<Row> {
  await server.whenLeading();
  for (let job = 0; job < BUSY; job++) await server.request(`/v1/jobs/${nameOf(job)}`, { method: "DELETE" });
  await pause(quick ? 5_000 : 15_000);
  const windowMs = quick ? 10_000 : 30_000;
  const before = await server.cpuMs();
  await pause(windowMs);
  const percent = (await server.cpuMs() - before) / windowMs * 100;
  const memory = await server.memoryMb();
  return {
    work: "idle with 100,000 jobs",
    target: `CPU <= ${IDLE.cpuPercent} % of a core, RSS <= ${IDLE.memoryMb} MB`,
    measured: `${short(percent)} %, RSS ${short(memory.now)} MB (at most ${short(memory.peak)})`,
    ok: percent <= IDLE.cpuPercent && memory.now <= IDLE.memoryMb,
  };
}
