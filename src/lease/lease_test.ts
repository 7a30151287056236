import { deepStrictEqual as equals, ok, rejects, strictEqual } from "node:assert/strict";
import { silentLog } from "../runtime/mod.ts";
import { Change, Committer, type Engine, openMemory, PROFILES } from "../kv/mod.ts";
import { FakeClock, settled } from "../../tests/support/fake_clock.ts";
import { FaultyKv } from "../../tests/support/faulty_kv.ts";
import { decodeLease, lead, Lease, type LeaseDeps } from "./mod.ts";

const LEASE = ["lease"];
const FENCE = ["fence"];

Deno.test("Lease.run() takes a free lease at once and raises the term", async () => {
  await using fleet = fleetOf();
  const a = fleet.server("a");
  await fleet.clock.advance(0);
  equals([a.lease.current()?.term, await fleet.holder(), await fleet.term()], [1, "a", 1]);
  equals(a.lease.current()?.fence.versionstamp, (await fleet.kv.get(FENCE)).versionstamp);
});

Deno.test("Lease.run() keeps the lease as long as it renews, whatever the wall clock says", async () => {
  await using fleet = fleetOf();
  const a = fleet.server("a");
  await fleet.clock.advance(100);
  const b = fleet.server("b");
  fleet.clock.stepWall(3_600_000);
  await fleet.clock.advance(20_000);
  equals([a.lease.current()?.term, b.lease.current(), await fleet.term()], [1, null, 1]);
});

Deno.test("Lease.run() takes over from a holder that is silent for two seconds, and not before", async () => {
  await using fleet = fleetOf();
  const a = fleet.server("a");
  await fleet.clock.advance(100);
  const b = fleet.server("b");
  await fleet.clock.advance(3_000);
  a.kv.down = true;
  await fleet.clock.advance(1_900);
  equals([a.lease.current(), b.lease.current()], [null, null]);
  await fleet.clock.advance(1_100);
  equals([b.lease.current()?.term, await fleet.holder()], [2, "b"]);
});

Deno.test("Lease.run() ends a leadership on time while a renewal hangs", async () => {
  await using fleet = fleetOf();
  const a = fleet.server("a");
  await fleet.clock.advance(100);
  const leadership = a.lease.current();
  a.kv.plan.push("hang");
  await fleet.clock.advance(1_600);
  strictEqual(leadership?.signal.aborted, false);
  await fleet.clock.advance(200);
  strictEqual(leadership?.signal.aborted, true);
});

Deno.test("Lease.run() gives the lease up at a clean stop, so that another takes it at its next look", async () => {
  await using fleet = fleetOf();
  const a = fleet.server("a");
  await fleet.clock.advance(100);
  const b = fleet.server("b");
  await fleet.clock.advance(700);
  const old = a.lease.current();
  await a.stop();
  ok(old?.signal.aborted);
  equals((await fleet.kv.get(LEASE)).value, null);
  b.lease.look();
  await settled();
  equals([b.lease.current()?.term, await fleet.term()], [2, 2]);
});

Deno.test("Lease.run() starts counting again after a pause of its own", async () => {
  await using fleet = fleetOf();
  const a = fleet.server("a");
  await fleet.clock.advance(0);
  a.kv.down = true;
  const b = fleet.server("b");
  await fleet.clock.advance(1_400);
  await fleet.clock.jump(5_000);
  await fleet.clock.advance(1_900);
  strictEqual(b.lease.current(), null);
  await fleet.clock.advance(600);
  strictEqual(b.lease.current()?.term, 2);
});

Deno.test("Lease.run() starts counting again after an error of the store", async () => {
  await using fleet = fleetOf();
  const a = fleet.server("a");
  await fleet.clock.advance(0);
  a.kv.down = true;
  const b = fleet.server("b");
  await fleet.clock.advance(1_400);
  b.kv.down = true;
  await fleet.clock.advance(600);
  b.kv.down = false;
  await fleet.clock.advance(1_900);
  strictEqual(b.lease.current(), null);
  await fleet.clock.advance(600);
  strictEqual(b.lease.current()?.term, 2);
});

Deno.test("Lease.run() goes on when a renewal was applied and its answer lost", async () => {
  await using fleet = fleetOf();
  const a = fleet.server("a");
  await fleet.clock.advance(100);
  a.kv.plan.push("lose_answer", "lose_request", "none", "lose_answer");
  await fleet.clock.advance(5_000);
  equals([a.lease.current()?.term, await fleet.term()], [1, 1]);
});

Deno.test("Lease.run() lets one of many candidates win each term", async () => {
  await using fleet = fleetOf();
  const servers = ["a", "b", "c", "d"].map((name) => fleet.server(name));
  await fleet.clock.advance(3_000);
  for (let term = 1; term <= 4; term++) {
    const leaders = servers.filter((server) => server.lease.current());
    equals([leaders.length, leaders[0]?.lease.current()?.term], [1, term]);
    await leaders[0]?.stop();
    await fleet.clock.advance(600);
  }
});

Deno.test("Lease.run() takes what a sole writer left at once, and needs no renewal", async () => {
  await using fleet = fleetOf({ profile: PROFILES.embedded });
  const a = fleet.server("a");
  await fleet.clock.advance(0);
  a.kv.down = true;
  await fleet.clock.advance(10_000);
  strictEqual(a.lease.current()?.term, 1);
  const b = fleet.server("b");
  await fleet.clock.advance(0);
  strictEqual(b.lease.current()?.term, 2);
});

Deno.test("Lease.run() does not stand for leader while it may not, and a sitting leader stays", async () => {
  let mayStand = false;
  await using fleet = fleetOf({ mayStand: () => mayStand });
  const a = fleet.server("a");
  await fleet.clock.advance(5_000);
  strictEqual(a.lease.current(), null);
  mayStand = true;
  await fleet.clock.advance(500);
  mayStand = false;
  await fleet.clock.advance(5_000);
  strictEqual(a.lease.current()?.term, 1);
});

Deno.test("Lease.run() takes a lease that can't be read once it is silent", async () => {
  await using fleet = fleetOf();
  await fleet.kv.atomic().set(LEASE, new Uint8Array([123])).commit();
  const a = fleet.server("a");
  await fleet.clock.advance(2_500);
  strictEqual(a.lease.current()?.term, 1);
});

Deno.test("Lease.refresh() keeps the term when others wrote the fence, and brings its check up to date", async () => {
  await using fleet = fleetOf();
  const a = fleet.server("a");
  await fleet.clock.advance(0);
  const leadership = a.lease.current();
  const stale = leadership?.fence.versionstamp ?? "";
  await fleet.committer.commit(new Change().check(FENCE, stale).set(FENCE, encodeFence(1, "paused")));
  equals((await fleet.committer.commit(new Change().check(FENCE, stale))).outcome, "refused");
  strictEqual(await a.lease.refresh(), true);
  const fresh = leadership?.fence.versionstamp ?? "";
  equals((await fleet.committer.commit(new Change().check(FENCE, fresh))).outcome, "applied");
  equals(JSON.parse(new TextDecoder().decode(leadership?.fence.value)), { term: 1, note: "paused" });
});

Deno.test("Lease.refresh() ends the leadership when the fence has another term", async () => {
  await using fleet = fleetOf();
  const a = fleet.server("a");
  await fleet.clock.advance(0);
  const leadership = a.lease.current();
  await fleet.committer.commit(new Change().set(FENCE, encodeFence(7, "")));
  strictEqual(await a.lease.refresh(), false);
  equals([leadership?.signal.aborted, a.lease.current()], [true, null]);
});

Deno.test("Lease.refresh() throws when the store can't be read, and the leadership lasts", async () => {
  await using fleet = fleetOf();
  const a = fleet.server("a");
  await fleet.clock.advance(0);
  a.kv.down = true;
  await rejects(a.lease.refresh());
  strictEqual(a.lease.current()?.term, 1);
});

Deno.test("Lease fences out the commits of a leader that was replaced", async () => {
  await using fleet = fleetOf();
  const a = fleet.server("a");
  await fleet.clock.advance(100);
  const old = a.lease.current();
  fleet.server("b");
  await a.stop();
  await fleet.clock.advance(600);
  const late = new Change().check(FENCE, old?.fence.versionstamp ?? null).set(["fired"], new Uint8Array());
  equals((await fleet.committer.commit(late)).outcome, "refused");
});

Deno.test("lead() works in each leadership, begins again after a throw, and stops with the leadership", async () => {
  await using fleet = fleetOf();
  const a = fleet.server("a");
  const stop = new AbortController();
  const begun: number[] = [];
  const work = async (leadership: { term: number; signal: AbortSignal }) => {
    begun.push(leadership.term);
    if (begun.length === 1) throw new Error("a failure of a test");
    await fleet.clock.sleep(1e9, leadership.signal);
  };
  const leading = lead({ lease: a.lease, clock: fleet.clock, log: silentLog, name: "test" }, stop.signal, work);
  await fleet.clock.advance(1_000);
  equals(begun, [1, 1]);
  a.kv.down = true;
  await fleet.clock.advance(3_000);
  a.kv.down = false;
  await fleet.clock.advance(1_000);
  equals(begun, [1, 1, 2]);
  stop.abort();
  await leading;
});

/** Servers that share a store in memory and a fake clock, each with its own faults. */
function fleetOf(more: Partial<LeaseDeps> = {}) {
  const memory = openMemory();
  const clock = new FakeClock();
  const profile = { ...PROFILES.memory, soleWriter: false };
  const stops: (() => Promise<void>)[] = [];
  const committerOn = (kv: Engine["kv"], incarnation: string) =>
    new Committer({
      engine: { ...memory, kv, profile: { ...profile, deadlineMs: 1e6 } },
      clock,
      log: silentLog,
      incarnation,
    });
  const server = (holder: string) => {
    const kv = new FaultyKv(memory.kv);
    const committer = committerOn(kv, holder);
    const keys = { leaseKey: LEASE, fenceKey: FENCE, raiseTerm, termOf };
    const lease = new Lease({ kv, committer, clock, log: silentLog, profile, holder, ...keys, ...more });
    const abort = new AbortController();
    const running = lease.run(abort.signal);
    const stop = () => {
      abort.abort();
      return running;
    };
    stops.push(stop);
    return { lease, kv, stop };
  };
  return {
    clock,
    kv: memory.kv,
    committer: committerOn(memory.kv, "test"),
    server,
    holder: async () => decodeLease((await memory.kv.get(LEASE)).value ?? new Uint8Array()).holder,
    term: async () => termOf((await memory.kv.get(FENCE)).value ?? new Uint8Array()),
    [Symbol.asyncDispose]: async () => void await Promise.all(stops.map((stop) => stop())),
  };
}

function encodeFence(term: number, note: string): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ term, note }));
}

function termOf(fence: Uint8Array): number {
  return JSON.parse(new TextDecoder().decode(fence)).term;
}

function raiseTerm(fence: Uint8Array | null): Uint8Array {
  return encodeFence(fence ? termOf(fence) + 1 : 1, "");
}
