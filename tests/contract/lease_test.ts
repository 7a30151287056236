import { deepStrictEqual as equals, ok } from "node:assert/strict";
import { Committer, type Engine } from "../../src/kv/mod.ts";
import { Lease } from "../../src/lease/mod.ts";
import { silentLog, systemClock } from "../../src/runtime/mod.ts";
import { DenoKvServer } from "../support/deno_kv_server.ts";
import { EtcdCluster } from "../support/etcd_cluster.ts";
import { eventually } from "../support/eventually.ts";
import { denokv, etcd, testWith } from "../support/programs.ts";

/** A server that stands for leader on an engine of its own. */
interface Candidate extends AsyncDisposable {
  lease: Lease;
  stop(): Promise<void>;
}

const FENCE = ["fence"];
const utf8 = new TextEncoder();
const termOf = (fence: Uint8Array) => Number(new TextDecoder().decode(fence));
const raiseTerm = (fence: Uint8Array | null) => utf8.encode(`${fence ? termOf(fence) + 1 : 1}`);

function candidate(engine: Engine, holder: string): Candidate {
  const deps = { engine, clock: systemClock, log: silentLog, incarnation: holder };
  const lease = new Lease({
    kv: engine.kv,
    committer: new Committer(deps),
    clock: systemClock,
    log: silentLog,
    profile: engine.profile,
    holder,
    leaseKey: ["lease"],
    fenceKey: FENCE,
    raiseTerm,
    termOf,
  });
  const abort = new AbortController();
  const running = lease.run(abort.signal);
  const stop = () => {
    abort.abort();
    return running;
  };
  return {
    lease,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await engine.close();
    },
  };
}

/** Waits until one of them leads, under a term that no former one had, and never two at once. */
async function oneLeads(candidates: readonly Candidate[], afterTerm: number): Promise<number> {
  return await eventually(() => {
    const terms = candidates.map(({ lease }) => lease.current()?.term).filter((term) => term !== undefined);
    ok(terms.length < 2, `${terms.length} lead at once`);
    const [term = 0] = terms;
    return term > afterTerm && term;
  }, { withinMs: 15_000, what: `a leader after term ${afterTerm}` });
}

testWith(etcd, "Lease on etcd has one leader, through a clean stop and the death of etcd's own leader", async () => {
  await using cluster = await EtcdCluster.start(3);
  const open = () => cluster.open(`${cluster.url}/lease`);
  await using a = candidate(await open(), "a");
  const first = await oneLeads([a], 0);
  await using b = candidate(await open(), "b");
  await a.stop();
  const second = await oneLeads([a, b], first);
  await using c = candidate(await open(), "c");
  const leader = await cluster.leader() ?? 0;
  await cluster.kill(leader);
  await eventually(async () => {
    const found = await (b.lease.current() ? b : c).lease.refresh().catch(() => false);
    return found && (await cluster.leader()) !== leader;
  }, { withinMs: 15_000, what: "a leader that can prove it" });
  ok(await oneLeads([b, c], second - 1) >= second);
});

testWith(
  denokv,
  "Lease on denokv is taken over at a clean stop, and found again after a restart of the server",
  async () => {
    await using server = await DenoKvServer.start();
    await using a = candidate(await server.open(), "a");
    const first = await oneLeads([a], 0);
    await server.restart();
    await eventually(() => a.lease.refresh(), { what: "the same leader" });
    equals(a.lease.current()?.term, first);
    await using b = candidate(await server.open(), "b");
    await a.stop();
    await oneLeads([a, b], first);
  },
);
