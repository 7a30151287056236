import { DenoKv, type Kv, type KvKey, openEmbedded } from "../../src/kv/mod.ts";
import { DenoKvServer } from "../support/deno_kv_server.ts";
import { EtcdCluster } from "../support/etcd_cluster.ts";
import type { BenchOptions, Figure, Row } from "./figure.ts";
import { p50p99, short } from "./statistics.ts";

/** A store to measure, and its end. */
interface Store extends AsyncDisposable {
  kv: Kv;
}

const VALUE = new Uint8Array(200);
const LISTED = 10_000;

const STORES: readonly { name: string; open: () => Promise<Store> }[] = [
  { name: "embedded", open: openFile },
  { name: "denokv, Deno's own client", open: () => openDenoKv(builtIn) },
  { name: "denokv", open: () => openDenoKv(async (server) => (await server.open()).kv) },
  { name: "etcd, 3 members", open: openEtcd },
];

/** What commits, reads and watches cost on each engine, in one run; ratios are what one compares. */
export const engines: Figure = {
  name: "engines",
  async *run(options) {
    for (const { name, open } of STORES) {
      await using store = await open();
      for (const [work, measure] of Object.entries(MEASURES)) {
        yield rowOf(`${name}: ${work}`, await measure(store.kv, options));
      }
    }
  },
};

const MEASURES: Record<string, (kv: Kv, options: BenchOptions) => Promise<string>> = {
  "commits/s, one by one": (kv, options) => rate(seconds(options), 1, (n) => commit(kv, ["one", n], 1)),
  "commits/s, 64 in flight": (kv, options) => rate(seconds(options), 64, (n) => commit(kv, ["many", n], 1)),
  "writes/s, commits of 100, one by one": (kv, options) =>
    rate(seconds(options), 1, (n) => commit(kv, ["batch", n], 100), 100),
  "writes/s, commits of 100, 4 in flight": (kv, options) =>
    rate(seconds(options), 4, (n) => commit(kv, ["batches", n], 100), 100),
  "gets/s, one by one": (kv, options) => rate(seconds(options), 1, () => kv.get(["one", 0])),
  "gets/s, 64 in flight": (kv, options) => rate(seconds(options), 64, () => kv.get(["one", 0])),
  "entries/s listed": listRate,
  "watch, from commit to wake": watchLatency,
};

function rowOf(work: string, measured: string): Row {
  return { work, target: "-", measured, ok: true };
}

function seconds({ quick }: BenchOptions): number {
  return quick ? 0.5 : 3;
}

/** Calls a second, times `each`, with some in flight. */
async function rate(
  forSeconds: number,
  inFlight: number,
  call: (n: number) => Promise<unknown>,
  each = 1,
): Promise<string> {
  let calls = 0;
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1_000;
  await Promise.all(Array.from({ length: inFlight }, async () => {
    while (elapsed() < forSeconds) await call(calls++);
  }));
  return short(calls * each / elapsed());
}

async function commit(kv: Kv, prefix: KvKey, writes: number): Promise<void> {
  const atomic = kv.atomic().check({ key: [...prefix, 0], versionstamp: null });
  for (let n = 0; n < writes; n++) atomic.set([...prefix, n], VALUE);
  if (!(await atomic.commit()).ok) throw new Error(`Cannot measure commits: ${prefix.join("/")} was there already`);
}

async function listRate(kv: Kv): Promise<string> {
  for (let n = 0; n < LISTED; n += 100) await commit(kv, ["listed", n], 100);
  const began = performance.now();
  let listed = 0;
  for await (const _ of kv.list({ prefix: ["listed"] }, { batchSize: 1_000 })) listed++;
  return short(listed / (performance.now() - began) * 1_000);
}

async function watchLatency(kv: Kv, { quick }: BenchOptions): Promise<string> {
  const reader = kv.watch([["watched"]]).getReader();
  await reader.read();
  const times: number[] = [];
  for (let n = 0; n < (quick ? 20 : 100); n++) {
    await kv.atomic().set(["watched"], VALUE).commit();
    const applied = performance.now();
    await reader.read();
    times.push(performance.now() - applied);
  }
  await reader.cancel();
  return p50p99(times).text;
}

async function openFile(): Promise<Store> {
  const folder = await Deno.makeTempDir({ prefix: "carillon-bench-" });
  const engine = await openEmbedded(`${folder}/kv.sqlite3`);
  return {
    kv: engine.kv,
    async [Symbol.asyncDispose]() {
      await engine.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function openDenoKv(client: (server: DenoKvServer) => Promise<Kv>): Promise<Store> {
  const server = await DenoKvServer.start();
  const kv = await client(server);
  return {
    kv,
    async [Symbol.asyncDispose]() {
      kv.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function builtIn({ url, accessToken }: DenoKvServer): Promise<Kv> {
  Deno.env.set("DENO_KV_ACCESS_TOKEN", accessToken);
  return new DenoKv(await Deno.openKv(url));
}

async function openEtcd(): Promise<Store> {
  const cluster = await EtcdCluster.start(3);
  const engine = await cluster.open();
  return {
    kv: engine.kv,
    async [Symbol.asyncDispose]() {
      await engine.close();
      await cluster[Symbol.asyncDispose]();
    },
  };
}
