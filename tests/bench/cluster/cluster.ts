import type { BenchOptions, Figure, Row } from "../figure.ts";
import { callJob, storeJobs } from "../jobs.ts";
import { collect, latenessRow } from "../lateness.ts";
import { type Receipt, Sink } from "../sink_client.ts";
import { pause, short } from "../statistics.ts";
import { inWindow } from "../sustained.ts";
import { BenchFleet, cpuBetween, type CpuMs, type StoreName, STORES } from "./bench_fleet.ts";
import { idleAgents, pollCost } from "./polling.ts";

const AGENTS = 3;

/** Jobs that are due each second in the figures of lateness. */
const RATES = [20, 100, 200];

/** The same of Dkron 4.1.2 with three servers: p50 (p99) in milliseconds, for comparison. */
const DKRON: Readonly<Record<number, string>> = { 20: "53 (135)", 100: "161 (311)", 200: "363 (748)" };

const TARGET_RATE = 800;
const TARGET_CPU_MS = 2;

/** Further rates that are tried, in jobs due each second, until one does not hold. */
const HIGHER_RATES = [1_200, 1_600, 2_000];

/** Three servers, three agents and a store, all on this machine. */
export const cluster: Figure = {
  name: "cluster",
  async *run(options) {
    for (const store of STORES) {
      for (const rate of RATES) yield await late(store, rate, options);
      yield* sustained(store, options);
      yield* idleAgents(store, options);
      yield* pollCost(store, options);
    }
  },
};

async function late(store: StoreName, rate: number, options: BenchOptions): Promise<Row> {
  await using sink = await Sink.start();
  await using fleet = await BenchFleet.start(store, AGENTS, options);
  const jobs = Array.from({ length: rate }, (_, i) => callJob(sink, i, "* * * * * *", { target: "one" }));
  const { receipts, seconds } = await collect(fleet, sink, jobs, options);
  const target = rate === 200 ? { p50: 60, p99: 150 } : undefined;
  const work = `${store}: ${rate} runs/s, all at its start (Dkron ${DKRON[rate]})`;
  return latenessRow(work, rate * seconds, receipts.map(({ atMs }) => atMs % 1_000), target);
}

/** One fleet under more and more load, until it does not keep up. */
async function* sustained(store: StoreName, options: BenchOptions): AsyncIterable<Row> {
  await using sink = await Sink.start();
  await using fleet = await BenchFleet.start(store, AGENTS, options);
  let stored = 0;
  for (const rate of [TARGET_RATE, ...HIGHER_RATES]) {
    const jobs = Array.from(
      { length: rate - stored },
      (_, i) => callJob(sink, stored + i, "* * * * * *", { target: "one", retention: { count: 20 } }),
    );
    stored = rate;
    await storeJobs(fleet, jobs);
    await pause(5_000);
    const rows = rowsOf(store, rate, await measure(fleet, sink, options));
    yield rows.work;
    if (rate === TARGET_RATE) yield rows.cpu;
    if (!rows.holds) return;
  }
}

/** What was seen of a fleet. */
interface Window {
  receipts: Receipt[];
  fromMs: number;
  windowMs: number;
  cpu: CpuMs;
}

/** What a fleet does within some seconds, and what it uses. */
export async function measure(fleet: BenchFleet, sink: Sink, { quick }: BenchOptions): Promise<Window> {
  const windowMs = quick ? 10_000 : 30_000;
  const fromMs = Math.ceil(Date.now() / 1_000) * 1_000;
  await pause(fromMs - Date.now());
  await sink.take();
  const before = await fleet.cpuMs();
  await pause(fromMs + windowMs - Date.now());
  const cpu = cpuBetween(before, await fleet.cpuMs());
  await pause(1_500);
  return { receipts: await sink.take(), fromMs, windowMs, cpu };
}

function rowsOf(store: StoreName, rate: number, window: Window) {
  const { windowMs, cpu } = window;
  const { runs, perSecond, late, atEnd } = inWindow(window.receipts, window);
  const holds = perSecond >= rate * 0.99 && atEnd.p99 < 2_000;
  const total = cpu.servers + cpu.agents + cpu.store;
  const each = (ms: number) => short(ms / runs);
  const isAim = rate === TARGET_RATE;
  return {
    holds,
    work: {
      work: `${store}: sustained for ${windowMs / 1_000} s, ${rate} jobs due each second`,
      target: isAim ? `>= ${TARGET_RATE} runs/s (Dkron about 250)` : "-",
      measured: `${short(perSecond)} runs/s, late ${late.text}, ` +
        `last 5 s ${atEnd.text}, ${short(total / windowMs * 100)} % of a core`,
      ok: !isAim || holds,
    },
    cpu: {
      work: `${store}: CPU a run at ${rate} runs/s`,
      target: `<= ${TARGET_CPU_MS} ms (Dkron 6.5)`,
      measured: `${each(total)} ms: servers ${each(cpu.servers)}, agents ${each(cpu.agents)}, store ${each(cpu.store)}`,
      ok: total / runs <= TARGET_CPU_MS,
    },
  };
}
