import { z } from "zod";
import { BenchServer } from "./bench_server.ts";
import { Child } from "./child.ts";
import type { BenchOptions, Figure, Row } from "./figure.ts";
import { storeJobs, uidsOf } from "./jobs.ts";
import { collectMore, lateOfSpread, spreadJobs } from "./lateness.ts";
import { Sink } from "./sink_client.ts";
import { p50p99, pause, short } from "./statistics.ts";

const RATE = 200;

/** Each job runs once in so many seconds: there are as many jobs as streams of one job. */
const PERIOD_S = 10;

const OF_ONE_JOB = 2_000;
const OF_ALL = 20;
const SLOW = 500;

const TARGET_RATIO = 2;
const TARGET_MESSAGES_PER_S = 4;

/** What streams may add to a server's memory, and what it may grow while they go on, in megabytes. */
const TARGET_MB = 400;
const TARGET_GROWTH_MB = 50;

const countsSchema = z.object({
  messages: z.number(),
  ofAll: z.number(),
  bytes: z.number(),
  closed: z.number(),
  unread: z.number(),
});

/** Many who look on, some of whom read nothing, beside runs. Sign-in is on. */
export const streams: Figure = {
  name: "streams",
  async *run(options) {
    await using sink = await Sink.start();
    await using server = await BenchServer.start({ ...options, tokens: true });
    await storeJobs(server, spreadJobs(sink, RATE, PERIOD_S));
    const uids = await uidsOf(server);
    const before = await measured(server, sink, uids, options);
    const memoryBefore = await server.memoryMb();
    const { child, counts } = await readers(server);
    await using _readers = child;
    const beside = await measured(server, sink, uids, options);
    const { read, seconds } = await whatIsRead(counts, options);
    const memory = await server.memoryMb();
    const again = await measured(server, sink, uids, options);
    const growth = (await server.memoryMb()).now - memory.now;
    yield latenessRow(before, beside, again);
    const each = read.ofAll / OF_ALL / seconds;
    yield {
      work: `messages to each of ${OF_ALL} who follow everything`,
      target: `<= ${TARGET_MESSAGES_PER_S}/s`,
      measured: `${short(each)}/s; all ${OF_ONE_JOB + OF_ALL} together ${short(read.messages / seconds)}/s, ` +
        `${short(read.bytes / seconds / 1_024)} KiB/s, ${read.closed} cut off`,
      // One more may fall into the window than into as long a time.
      ok: each > 0 && each <= TARGET_MESSAGES_PER_S + 1 / seconds && read.closed === 0,
    };
    const added = memory.now - memoryBefore.now;
    yield {
      work: "memory for these streams",
      target: `<= ${TARGET_MB} MB, growing <= ${TARGET_GROWTH_MB} MB`,
      measured: `${short(added)} MB, then ${short(growth)} MB more; ${short(memoryBefore.now)} MB without`,
      ok: added <= TARGET_MB && growth <= TARGET_GROWTH_MB,
    };
  },
};

type Measured = ReturnType<typeof p50p99> & { cpuShare: number; runs: number; expected: number };

async function measured(
  server: BenchServer,
  sink: Sink,
  uids: ReadonlyMap<number, string>,
  options: BenchOptions,
): Promise<Measured> {
  const cpuBefore = await server.cpuMs();
  const beganMs = performance.now();
  const { receipts, seconds } = await collectMore(sink, options);
  const cpuShare = (await server.cpuMs() - cpuBefore) / (performance.now() - beganMs);
  const late = lateOfSpread(receipts, uids, PERIOD_S);
  return { ...p50p99(late), cpuShare, runs: receipts.length, expected: RATE * seconds };
}

function latenessRow(before: Measured, ...beside: Measured[]): Row {
  const worst = Math.max(...beside.map(({ p99 }) => p99));
  const complete = [before, ...beside].every(({ runs, expected }) => Math.abs(runs / expected - 1) < 0.03);
  const told = ({ text, cpuShare }: Measured) => `${text}, ${short(cpuShare * 100)} % of a core`;
  return {
    work: `${RATE} runs/s beside ${OF_ONE_JOB} + ${OF_ALL} + ${SLOW} streams`,
    target: `p99 <= ${TARGET_RATIO} x that without`,
    measured: `without ${told(before)}; with ${beside.map(told).join("; ")}` + (complete ? "" : ", runs are missing"),
    ok: complete && worst <= TARGET_RATIO * before.p99,
  };
}

async function readers(server: BenchServer) {
  const token = (await server.headers()).authorization?.replace(/^Bearer /, "") ?? "";
  const args = [server.port, OF_ONE_JOB, OF_ALL, SLOW].map(String);
  const { child, port } = await Child.start("stream_readers.ts", [], [...args, token]);
  return { child, counts: async () => countsSchema.parse(await (await fetch(`http://127.0.0.1:${port}/`)).json()) };
}

/** What was read within some seconds. */
async function whatIsRead(counts: () => Promise<z.infer<typeof countsSchema>>, { quick }: BenchOptions) {
  const seconds = quick ? 5 : 20;
  const before = await counts();
  await pause(seconds * 1_000);
  const after = await counts();
  return {
    seconds,
    read: {
      messages: after.messages - before.messages,
      ofAll: after.ofAll - before.ofAll,
      bytes: after.bytes - before.bytes,
      closed: after.closed,
    },
  };
}
