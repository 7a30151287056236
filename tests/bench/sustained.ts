import { BenchServer } from "./bench_server.ts";
import type { BenchOptions, Figure, Row } from "./figure.ts";
import { callJob, storeJobs } from "./jobs.ts";
import { type Receipt, Sink } from "./sink_client.ts";
import { p50p99, pause, short } from "./statistics.ts";

const TARGET_RATE = 3_000;
const TARGET_CPU_MS = 0.4;

/** A job's history is looked at each 40 ends, so it holds up to this many more than its limit. */
const HISTORY_SLACK = 40;

/** Many jobs, each due each second, for a minute, when their histories are as full as they may get. */
export const sustained: Figure = {
  name: "sustained",
  async *run(options) {
    const { quick, rate } = options;
    const retained = quick ? 10 : 100;
    const fillMs = (quick ? 15 : retained + HISTORY_SLACK) * 1_000;
    const windowMs = quick ? 15_000 : 60_000;
    await using sink = await Sink.start();
    await using server = await BenchServer.start(options);
    const jobs = Array.from(
      { length: rate },
      (_, i) => callJob(sink, i, "* * * * * *", { retention: { count: retained } }),
    );
    await storeJobs(server, jobs);
    await pause(fillMs);
    const fromMs = Math.ceil(Date.now() / 1_000) * 1_000;
    await pause(fromMs - Date.now());
    await sink.take(); // what filled the histories
    const cpuBefore = await server.cpuMs();
    await pause(fromMs + windowMs - Date.now());
    const cpuMs = await server.cpuMs() - cpuBefore;
    await pause(2_000);
    const receipts = await sink.take();
    const memory = await server.memoryMb();
    yield* rows(receipts, { fromMs, windowMs, cpuMs, peakMb: memory.peak }, options);
  },
};

interface Window {
  fromMs: number;
  windowMs: number;
  cpuMs: number;
  peakMb: number;
}

function* rows(receipts: readonly Receipt[], window: Window, { rate, quick }: BenchOptions): Iterable<Row> {
  const { windowMs, cpuMs, peakMb } = window;
  const { runs, perSecond, dues, late, atEnd } = inWindow(receipts, window);
  const served = dues / (rate * windowMs / 1_000);
  yield {
    work: `sustained for ${windowMs / 1_000} s, ${rate} jobs due each second${quick ? "" : ", histories full"}`,
    target: `>= ${short(TARGET_RATE)} runs/s`,
    measured: `${short(perSecond)} runs/s, ${short(served * 100)} % in time, late ${late.text}, ` +
      `last 5 s ${atEnd.text}, RSS ${short(peakMb)} MB`,
    ok: perSecond >= TARGET_RATE * 0.995 && served >= 0.999 && atEnd.p99 < 2_000,
  };
  yield {
    work: "CPU a run, server with its agent",
    target: `<= ${TARGET_CPU_MS} ms`,
    measured: `${short(cpuMs / runs)} ms (${short(cpuMs / windowMs * 100)} % of a core)`,
    ok: cpuMs / runs <= TARGET_CPU_MS,
  };
}

/** What was called within a window: how often, for how many due times of it, and how late, altogether and in its last 5 s. */
export function inWindow(receipts: readonly Receipt[], { fromMs, windowMs }: { fromMs: number; windowMs: number }) {
  const toMs = fromMs + windowMs;
  const runs = receipts.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).length;
  const dues = duesOf(receipts).filter(({ dueMs }) => dueMs >= fromMs && dueMs < toMs);
  return {
    runs,
    perSecond: runs / (windowMs / 1_000),
    dues: dues.length,
    late: p50p99(dues.map(({ lateMs }) => lateMs)),
    atEnd: p50p99(dues.filter(({ dueMs }) => dueMs >= toMs - 5_000).map(({ lateMs }) => lateMs)),
  };
}

/** A job's n-th call is for its n-th due time; the first comes within its second. A lost run makes all later ones late. */
function duesOf(receipts: readonly Receipt[]): { dueMs: number; lateMs: number }[] {
  const nextDue = new Map<number, number>();
  return receipts.map(({ job, atMs }) => {
    const dueMs = nextDue.get(job) ?? Math.floor(atMs / 1_000) * 1_000;
    nextDue.set(job, dueMs + 1_000);
    return { dueMs, lateMs: atMs - dueMs };
  });
}
