import { deepStrictEqual as equals, match, ok, rejects, strictEqual } from "node:assert/strict";
import { Change, Committer, type Engine } from "../../src/kv/mod.ts";
import { upkeepOnce } from "../../src/kv/etcd/upkeep.ts";
import { Members } from "../../src/kv/etcd/members.ts";
import { keyToBytes } from "../../src/kv/key_order.ts";
import { type Log, silentLog, systemClock } from "../../src/runtime/mod.ts";
import { EtcdCluster } from "../support/etcd_cluster.ts";
import { etcd, testWith } from "../support/programs.ts";

function etcdTest(promise: string, flags: string[], body: (cluster: EtcdCluster) => Promise<void>): void {
  testWith(etcd, promise, async () => {
    await using cluster = await EtcdCluster.start(1, { flags });
    await body(cluster);
  });
}

/** A log that keeps its errors. */
function errorsOf(): { errors: string[]; log: Log } {
  const errors: string[] = [];
  return { errors, log: { ...silentLog, error: (msg) => void errors.push(msg) } };
}

/** Commits 64 KiB at a time until one is not applied; throws what it throws. */
async function fill(engine: Engine): Promise<never> {
  const committer = new Committer({ engine, clock: systemClock, log: silentLog, incarnation: "filling" });
  for (let n = 0; n < 1_000; n++) {
    const change = new Change().check(["fill", n], null).set(["fill", n], new Uint8Array(64 * 1024));
    strictEqual((await committer.commit(change)).outcome, "applied");
  }
  throw new Error("The store never got full");
}

etcdTest(
  "etcd out of space is an alarm and a clear unavailable error",
  ["--quota-backend-bytes=4194304"],
  async (cluster) => {
    const { errors, log } = errorsOf();
    const engine = await cluster.open(`${cluster.url}/full`, log);
    await rejects(() => fill(engine), (thrown: Error) => {
      match(thrown.message, /space quota is used up/);
      return "code" in thrown && thrown.code === "unavailable";
    });
    equals(errors, ["ALARM: etcd's space quota is used up, nothing can be written"]);
    let deleted = 0;
    for await (const { key } of engine.kv.list({ prefix: ["fill"] }, { batchSize: 10 })) { // it can still be read
      const { ok: done } = await engine.kv.atomic().delete(key).commit();
      if (done) deleted++;
    }
    ok(deleted > 10);
    const [status] = JSON.parse(await cluster.etcdctl(["endpoint", "status", "-w", "json"]));
    await cluster.etcdctl(["compact", `${status.Status.header.revision}`]);
    await cluster.etcdctl(["defrag"]);
    await cluster.etcdctl(["alarm", "disarm"]);
    ok((await engine.kv.atomic().set(["again"], new Uint8Array(1)).commit()).ok);
    await engine.close();
  },
);

etcdTest("upkeepOnce() drops what was old the last time, and tells of alarms", [], async (cluster) => {
  const { errors, log } = errorsOf();
  const engine = await cluster.open(`${cluster.url}/old`);
  using members = new Members({
    name: cluster.url,
    addresses: [cluster.addresses[0] ?? ""],
    tls: undefined,
    user: undefined,
    clock: systemClock,
    log,
    deadlineMs: 5_000,
    probe: keyToBytes("old/"),
  });
  const set = () => engine.kv.atomic().set(["a"], new Uint8Array(1)).commit();
  await set();
  const first = await upkeepOnce({ members, clock: systemClock, log }, 0);
  await set();
  await set();
  ok(await upkeepOnce({ members, clock: systemClock, log }, first) > first);
  await rejects(() => cluster.etcdctl(["get", "x", `--rev=${first - 1}`]), /compacted/);
  await cluster.etcdctl(["get", "x", `--rev=${first}`]);
  await upkeepOnce({ members, clock: systemClock, log }, first); // another server was there before
  equals(errors, []);
  await engine.close();
});

etcdTest("openEtcd() keeps each namespace to itself", [], async (cluster) => {
  const [one, two] = [await cluster.open(), await cluster.open()];
  await one.kv.atomic().set(["a"], new Uint8Array(1)).commit();
  strictEqual((await two.kv.get(["a"])).value, null);
  for await (const { key } of two.kv.list({ prefix: [] })) throw new Error(`${key} is not of this namespace`);
  await one.close();
  await two.close();
});

etcdTest(
  "openEtcd() fills larger transactions where the members take them",
  ["--max-txn-ops=1000"],
  async (cluster) => {
    const engine = await cluster.open(`${cluster.url}/large?max-txn-ops=1000`);
    strictEqual(engine.profile.limits.mutations, 1000);
    const atomic = engine.kv.atomic();
    for (let n = 0; n < 1000; n++) atomic.check({ key: ["n", n], versionstamp: null }).set(["n", n], new Uint8Array(1));
    ok((await atomic.commit()).ok);
    await engine.close();
  },
);

etcdTest(
  "openEtcd() with more operations than the members take is told so by a refused commit",
  [],
  async (cluster) => {
    const engine = await cluster.open(`${cluster.url}/large?max-txn-ops=1000`);
    const atomic = engine.kv.atomic();
    for (let n = 0; n < 1000; n++) atomic.set(["n", n], new Uint8Array(1));
    await rejects(() => atomic.commit(), { name: "NotAppliedError", code: "invalid", message: /too many operations/ });
    await engine.close();
  },
);
