import { getsPerSecond } from "./api_rate.ts";
import { BenchServer } from "./bench_server.ts";
import { BenchFleet } from "./cluster/bench_fleet.ts";
import { measure } from "./cluster/cluster.ts";
import { idleShares } from "./cluster/polling.ts";
import type { BenchOptions, Figure, Row } from "./figure.ts";
import { callJob, storeJobs, uidsOf } from "./jobs.ts";
import { collectMore, lateOfSpread, spreadJobs } from "./lateness.ts";
import { timesOf } from "./list_speed.ts";
import { Sink } from "./sink_client.ts";
import { p50p99, pause, percentile, short } from "./statistics.ts";
import { inWindow } from "./sustained.ts";

const RATE = 200;
const PERIOD_S = 2;
const FLEET_RATE = 400;

/** Tokens may cost this share more. */
const TARGET_MORE = 0.1;

/** Values of one kind, from servers that ask for no tokens and from ones that do. */
interface Compared {
  without: number[];
  with: number[];
}

/** The same work without and with tokens, in turn: what signing in costs. */
export const signIn: Figure = {
  name: "sign-in",
  async *run(options) {
    const rounds = options.quick ? 1 : 3;
    yield* rowsOf(await inTurn(rounds, (tokens) => aServer({ ...options, tokens })));
    yield* rowsOf(await inTurn(rounds, (tokens) => aFleet({ ...options, tokens })));
  },
};

async function inTurn(
  rounds: number,
  take: (tokens: boolean) => Promise<Record<string, number>>,
): Promise<Map<string, Compared>> {
  const all = new Map<string, Compared>();
  for (let round = 0; round < rounds; round++) {
    for (const which of ["without", "with"] as const) {
      for (const [work, value] of Object.entries(await take(which === "with"))) {
        const compared = all.get(work) ?? { without: [], with: [] };
        compared[which].push(value);
        all.set(work, compared);
      }
    }
  }
  return all;
}

/** One server with its agent: lower is better. */
async function aServer(options: BenchOptions): Promise<Record<string, number>> {
  await using sink = await Sink.start();
  await using server = await BenchServer.start(options);
  const jobs = spreadJobs(sink, RATE, PERIOD_S);
  await storeJobs(server, jobs);
  const uids = await uidsOf(server);
  await pause(2_000);
  const cpuBefore = await server.cpuMs();
  const beganMs = performance.now();
  const { receipts } = await collectMore(sink, options);
  const cpuShare = (await server.cpuMs() - cpuBefore) / (performance.now() - beganMs);
  const late = p50p99(lateOfSpread(receipts, uids, PERIOD_S));
  const gets = await getsPerSecond(server, jobs.length, options.quick ? 3_000 : 5_000);
  const lists = await timesOf(() => server.request("/v1/jobs?_start=100&_end=150"), 200);
  return {
    [`${RATE} runs/s spread, p50 in ms`]: late.p50,
    [`${RATE} runs/s spread, p99 in ms`]: late.p99,
    [`${RATE} runs/s spread, % of a core`]: cpuShare * 100,
    "get one job, 32 connections, ms of each": 1_000 / gets,
    "list 50 jobs, p50 in ms": p50p99(lists).p50,
  };
}

/** Three servers and three agents on etcd, and a thousand idle agents: lower is better. */
async function aFleet(options: BenchOptions): Promise<Record<string, number>> {
  const busy = await aBusyFleet(options);
  const { servers, members } = await idleShares("etcd", options);
  return { ...busy, "1,000 idle agents on etcd, % of a core": (servers + members) * 100 };
}

async function aBusyFleet(options: BenchOptions): Promise<Record<string, number>> {
  await using sink = await Sink.start();
  await using fleet = await BenchFleet.start("etcd", 3, options);
  const jobs = Array.from({ length: FLEET_RATE }, (_, i) => callJob(sink, i, "* * * * * *", { target: "one" }));
  await storeJobs(fleet, jobs);
  await pause(5_000);
  const window = await measure(fleet, sink, options);
  const { runs, late } = inWindow(window.receipts, window);
  const { servers, agents, store } = window.cpu;
  return {
    [`etcd, ${FLEET_RATE} runs/s at once, p50 in ms`]: late.p50,
    [`etcd, ${FLEET_RATE} runs/s at once, CPU of a run in ms`]: (servers + agents + store) / runs,
  };
}

function* rowsOf(compared: ReadonlyMap<string, Compared>): Iterable<Row> {
  for (const [work, values] of compared) {
    const [without, signedIn] = [percentile(values.without, 0.5), percentile(values.with, 0.5)];
    yield {
      work,
      target: `<= ${TARGET_MORE * 100} % more with tokens`,
      measured: `${short(without)} without, ${short(signedIn)} with (${short((signedIn / without - 1) * 100)} %); ` +
        `each ${values.without.map(short).join(", ")}; ${values.with.map(short).join(", ")}`,
      ok: signedIn <= without * (1 + TARGET_MORE),
    };
  }
}
