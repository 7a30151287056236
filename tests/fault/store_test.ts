import { ok, strictEqual } from "node:assert/strict";
import { type Engine, openEngine } from "../../src/kv/mod.ts";
import { count, type Counted } from "../support/counters.ts";
import { DenoKvServer } from "../support/deno_kv_server.ts";
import { EtcdCluster } from "../support/etcd_cluster.ts";
import { eventually } from "../support/eventually.ts";
import { denokv, etcd, testWith } from "../support/programs.ts";

const COUNTERS = 8;
const bytes = (text: string) => new TextEncoder().encode(text);

/** Counts on the engine while `fault` happens, until counting went on after it. */
async function countThrough(engine: Engine, fault: () => Promise<void>): Promise<Counted> {
  const stop = new AbortController();
  const counting = count(engine, COUNTERS, stop.signal);
  await eventually(async () => (await counts(engine)).every((value) => value !== undefined), { what: "a count" });
  await fault();
  const before = await counts(engine);
  const allWentOn = async () => (await counts(engine)).every((value, n) => String(value) !== String(before[n]));
  await eventually(allWentOn, { withinMs: 20_000, what: "all counters go on" });
  stop.abort();
  return await counting;
}

async function counts({ kv }: Engine): Promise<(Uint8Array | undefined)[]> {
  const keys = Array.from({ length: COUNTERS }, (_, n) => ["count", n]);
  return (await kv.getMany(keys)).map(({ value }) => value ?? undefined);
}

function nothingLostOrDoubled({ applied, stored }: Counted): void {
  strictEqual(stored, applied);
  ok(applied > 0);
}

function etcdTest(promise: string, body: (cluster: EtcdCluster) => Promise<void>): void {
  testWith(etcd, `A store on etcd ${promise}`, async () => {
    await using cluster = await EtcdCluster.start(3);
    await body(cluster);
  });
}

/** The index of the member that leads, and the store's address with that member first or last. */
async function withLeader(cluster: EtcdCluster, place: "first" | "last"): Promise<{ leader: number; url: string }> {
  const leader = await eventually(async () =>
    (await cluster.leader() ?? -1) >= 0 && { i: await cluster.leader() ?? 0 }
  );
  const others = [0, 1, 2].filter((i) => i !== leader.i);
  return { leader: leader.i, url: cluster.urlOf(place === "first" ? [leader.i, ...others] : [...others, leader.i]) };
}

etcdTest("loses and doubles no commit when the leader it talks to is killed", async (cluster) => {
  const { leader, url } = await withLeader(cluster, "first");
  const engine = await openEngine(url);
  nothingLostOrDoubled(await countThrough(engine, () => cluster.kill(leader)));
  await engine.close();
});

etcdTest("loses and doubles no commit when a leader is killed that it does not talk to", async (cluster) => {
  const { leader, url } = await withLeader(cluster, "last");
  const engine = await openEngine(url);
  nothingLostOrDoubled(await countThrough(engine, () => cluster.kill(leader)));
  await engine.close();
});

etcdTest("goes to another member within its deadline when its own stands still", async (cluster) => {
  const { leader, url } = await withLeader(cluster, "last");
  const engine = await openEngine(url);
  const first = leader === 0 ? 1 : 0;
  const counted = await countThrough(engine, () => Promise.resolve(cluster.pause(first)));
  nothingLostOrDoubled(counted);
  ok(counted.longestMs < engine.profile.deadlineMs, `${counted.longestMs} ms`);
  cluster.resume(first);
  await engine.close();
});

etcdTest("goes on after a time without a majority", async (cluster) => {
  const engine = await openEngine(cluster.url);
  const counted = await countThrough(engine, async () => {
    await Promise.all([cluster.kill(1), cluster.kill(2)]);
    await Promise.all([cluster.restart(1), cluster.restart(2)]);
  });
  nothingLostOrDoubled(counted);
  await engine.close();
});

etcdTest("keeps its watches through the death of the member they are on", async (cluster) => {
  const engine = await openEngine(cluster.url);
  const reader = engine.kv.watch([["a"]]).getReader();
  await reader.read();
  for (const [round, fault] of [() => cluster.kill(0), () => Promise.resolve(cluster.pause(1))].entries()) {
    await fault();
    if (round === 1) await cluster.restart(0);
    ok((await eventually(() => engine.kv.atomic().set(["a"], bytes(`${round}`)).commit(), { withinMs: 10_000 })).ok);
    const { value: [entry] = [] } = await reader.read();
    strictEqual(new TextDecoder().decode(entry?.value ?? undefined), `${round}`);
  }
  cluster.resume(1);
  await reader.cancel();
  await engine.close();
});

testWith(denokv, `A store on denokv loses and doubles no commit when the server is killed and restarted`, async () => {
  await using server = await DenoKvServer.start();
  const engine = await server.open();
  nothingLostOrDoubled(await countThrough(engine, () => server.restart()));
  await engine.close();
});

testWith(denokv, `A store on denokv keeps its watches through a restart of the server`, async () => {
  await using server = await DenoKvServer.start();
  const engine = await server.open();
  const reader = engine.kv.watch([["a"]]).getReader();
  await reader.read();
  await server.restart();
  ok((await engine.kv.atomic().set(["a"], bytes("1")).commit()).ok);
  const { value: [entry] = [] } = await reader.read();
  strictEqual(new TextDecoder().decode(entry?.value ?? undefined), "1");
  await reader.cancel();
  await engine.close();
});
