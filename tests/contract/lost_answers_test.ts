import { deepStrictEqual as equals, ok, strictEqual } from "node:assert/strict";
import { Change, Committer, type Engine, openEngine, sweepSlots } from "../../src/kv/mod.ts";
import { silentLog, systemClock } from "../../src/runtime/mod.ts";
import { type CommitFate, ConnectProxy } from "../support/connect_proxy.ts";
import { ACCESS_TOKEN, DenoKvServer } from "../support/deno_kv_server.ts";
import { EtcdCluster } from "../support/etcd_cluster.ts";
import { denokv, etcd, type Program, testWith } from "../support/programs.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";

/** Two stores that are one: through a proxy that loses answers as it is told, and directly. */
interface LossyStore extends AsyncDisposable {
  proxied: Engine;
  direct: Engine;
  /** Says what becomes of the next commits. */
  fate(...fates: CommitFate[]): void;
}

const COMMITS = 60;
const text = new TextDecoder();
const bytes = (value: unknown) => new TextEncoder().encode(String(value));

/** That each commit is settled as what it was, whatever the proxy does to its answer. */
function lostAnswers(name: string, program: Program, fates: readonly CommitFate[], open: () => Promise<LossyStore>) {
  const test = (promise: string, fn: () => Promise<void>) => testWith(program, `Committer on ${name} ${promise}`, fn);

  test("applies each change once while answers are lost", async () => {
    await using store = await open();
    const committer = committerOn(store.proxied, "life-1");
    let versionstamp: string | null = null;
    for (let n = 1; n <= COMMITS; n++) {
      store.fate(fates[n % fates.length] ?? "pass");
      const change = new Change().check(["count"], versionstamp).set(["count"], bytes(n)).set(["made", n], bytes(n));
      const result = await committer.commit(change);
      strictEqual(result.outcome, "applied", `change ${n}`);
      versionstamp = result.outcome === "applied" ? result.versionstamp : null;
    }
    const count = await store.direct.kv.get(["count"]);
    equals([text.decode(count.value ?? bytes("")), count.versionstamp], [`${COMMITS}`, versionstamp]);
    await committer.close();
    strictEqual(await sizeOf(store.direct, "slot"), 0);
  });

  test("answers refused for a change that lost a race, lost answer or not", async () => {
    await using store = await open();
    const committer = committerOn(store.proxied, "life-1");
    await store.direct.kv.atomic().set(["taken"], bytes("other")).commit();
    for (const [n, fate] of [...fates, ...fates].entries()) {
      store.fate(fate);
      const change = new Change().check(["taken"], null).set(["taken"], bytes("mine")).set(["made", n], bytes(n));
      strictEqual((await committer.commit(change)).outcome, "refused", fate);
    }
    equals([(await store.direct.kv.get(["taken"])).value, await sizeOf(store.direct, "made")], [bytes("other"), 0]);
  });

  test("settles commits that are in flight side by side", async () => {
    await using store = await open();
    const committer = committerOn(store.proxied, "life-1");
    store.fate(...Array.from({ length: COMMITS }, (_, n) => fates[n % fates.length] ?? "pass"));
    const results = await Promise.all(
      Array.from(
        { length: COMMITS },
        (_, n) => committer.commit(new Change().check(["made", n], null).set(["made", n], bytes(n))),
      ),
    );
    ok(results.every(({ outcome }) => outcome === "applied"));
    strictEqual(await sizeOf(store.direct, "made"), COMMITS);
    await sweepSlots(store.direct.kv, (incarnation) => incarnation === "life-1");
    strictEqual(await sizeOf(store.direct, "slot"), 0);
  });
}

function committerOn(engine: Engine, incarnation: string): Committer {
  return new Committer({ engine, clock: systemClock, log: silentLog, incarnation });
}

async function sizeOf({ kv }: Engine, prefix: string): Promise<number> {
  let size = 0;
  for await (const _ of kv.list({ prefix: [prefix] })) size++;
  return size;
}

lostAnswers("denokv", denokv, ["pass", "lose_answer", "lose_request", "late"], async () => {
  const server = await DenoKvServer.start();
  const proxy = new ConnectProxy(server.url);
  const proxied = await openEngine(proxy.url, { accessToken: ACCESS_TOKEN });
  const direct = await server.open();
  return {
    proxied,
    direct,
    fate: (...fates) => void proxy.plan.push(...fates),
    async [Symbol.asyncDispose]() {
      await proxied.close();
      await direct.close();
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
});

/** Each lost answer takes its connection with it, and all that is in flight on it. */
const CUTS: readonly CommitFate[] = ["lose_answer", ...Array.from({ length: 11 }, (): CommitFate => "pass")];

lostAnswers("etcd", etcd, CUTS, async () => {
  const cluster = await EtcdCluster.start(1);
  const proxy = new TcpProxy(cluster.addresses[0] ?? "");
  const proxied = await openEngine(`etcd://${proxy.address}/lost`);
  const direct = await cluster.open(`${cluster.url}/lost`);
  return {
    proxied,
    direct,
    fate: (...fates) => void (proxy.answersToLose += fates.filter((fate) => fate === "lose_answer").length),
    async [Symbol.asyncDispose]() {
      await proxied.close();
      await direct.close();
      await proxy[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
});
