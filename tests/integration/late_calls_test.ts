import { TESTER } from "../support/tester.ts";
import assert from "node:assert/strict";
import { openMemory, PROFILES } from "../../src/kv/mod.ts";
import { silentLog, systemClock, systemRandom } from "../../src/runtime/mod.ts";
import { nodeTable, revisionKey, runningTable, writesOf } from "../../src/store/mod.ts";
import type { Node } from "../../src/model/mod.ts";
import { type Carillon, startCarillon } from "../support/carillon.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { never } from "../support/never.ts";
import { plainJob } from "./model/random_job.ts";
import { Peer } from "./model/peer.ts";

const IDENTITY = { name: "a", id: "id-a", tags: {}, slots: 3, executors: ["shell"], version: "1", server: false };

function register(carillon: Carillon, incarnation: string, signal = never): Promise<Node> {
  return carillon.server.agents.register({ ...IDENTITY, incarnation }, "", signal);
}

/** Two servers of one store, without loops, that tell each other nothing. */
function peers(): [Peer, Peer] {
  const engine = { ...openMemory(), profile: { ...PROFILES.memory, soleWriter: false } };
  const parts = { engine, clock: systemClock, random: systemRandom, log: silentLog, inFleet: false };
  return [new Peer({ ...parts, name: "s1" }), new Peer({ ...parts, name: "s2" })];
}

/** Holds back the first commit that stores such a node; answers how to let it go. */
function holdBack({ server: { store } }: Carillon, isHeld: (node: Node) => boolean): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  const commit = store.commit.bind(store);
  let held = false;
  store.commit = async (change) => {
    if (!held && [...writesOf(change, nodeTable)].some(({ value }) => value !== null && isHeld(value))) {
      held = true;
      await promise;
    }
    return await commit(change);
  };
  return resolve;
}

/** Stores a job by hand and starts it. */
async function startJob(carillon: Carillon, name: string): Promise<void> {
  const job = { name, schedule: "@manually", executor: "shell", executor_config: { command: "true" } };
  await carillon.json("POST", "/v1/jobs", job);
  await carillon.json("POST", `/v1/jobs/${name}/run`);
}

Deno.test("A late last poll of a former life does not make its next life drain", async () => {
  await using carillon = await startCarillon({ agent: false });
  await register(carillon, "1");
  const letGo = holdBack(carillon, ({ draining }) => draining === "shutdown");
  const last = { node: "a", incarnation: "1", freeSlots: 0, held: [], waitMs: 0, draining: true };
  const late = carillon.server.agents.poll(last, never);
  await register(carillon, "2");
  letGo();
  await late;
  assert.deepEqual(carillon.server.liveness.live().map(({ name, incarnation }) => [name, incarnation]), [["a", "2"]]);
});

Deno.test("register() of a life that is over does not take the place of a newer one", async () => {
  await using carillon = await startCarillon({ agent: false });
  const letGo = holdBack(carillon, ({ incarnation }) => incarnation === "1");
  const caller = new AbortController();
  const late = register(carillon, "1", caller.signal);
  const refused = assert.rejects(late, { code: "stale" });
  await Promise.resolve();
  caller.abort();
  await register(carillon, "2");
  letGo();
  await refused;
  assert.equal(carillon.server.liveness.node("a")?.incarnation, "2");
});

Deno.test("A second node of a name is refused by a server that has only just begun, too", async () => {
  const [first, second] = peers();
  await first.load();
  await first.agents.register({ ...IDENTITY, incarnation: "1" }, "", never);
  await second.load();
  const twin = { ...IDENTITY, id: "another", incarnation: "x" };
  await assert.rejects(second.agents.register(twin, "", never), { code: "forbidden", message: /live node/ });
});

Deno.test("A definition that cannot be read holds up no other run of the node, claimed before or not", async () => {
  const engine = openMemory();
  await using carillon = await startCarillon({ agent: false, engine });
  await register(carillon, "1");
  const claims = async (held: string[] = []) => {
    const seen = { node: "a", incarnation: "1", freeSlots: 3, waitMs: 100 };
    const had = held.map((execution) => ({ execution, startedAfterMs: null }));
    return (await carillon.server.agents.poll({ ...seen, held: had }, never)).claims;
  };
  const damage = async (name: string) => {
    const job = (await carillon.server.views.job(name))?.job;
    assert.ok(job);
    const key = revisionKey(job.uid, job.revision);
    carillon.server.store.forget(key);
    await engine.kv.atomic().set(key, new TextEncoder().encode("{")).commit();
  };
  await startJob(carillon, "claimed");
  assert.deepEqual((await claims()).map(({ jobName }) => jobName), ["claimed"]);
  await damage("claimed");
  await startJob(carillon, "queued");
  await damage("queued");
  await startJob(carillon, "good");
  const [good, ...others] = await claims();
  assert.deepEqual([good?.jobName, others], ["good", []]);
  assert.deepEqual(await claims(good ? [good.execution] : []), []);
});

Deno.test("A cancel between two polls is told at once", async () => {
  await using carillon = await startCarillon({ agent: false });
  await register(carillon, "1");
  await startJob(carillon, "job");
  const poll = (held: string[]) => {
    const had = held.map((execution) => ({ execution, startedAfterMs: 1 }));
    const request = { node: "a", incarnation: "1", freeSlots: 1, held: had, waitMs: 3_600_000 };
    return carillon.server.agents.poll(request, never);
  };
  const [claim] = (await poll([])).claims;
  assert.ok(claim);
  await carillon.json("POST", `/v1/jobs/job/executions/${claim.execution}/cancel`, {});
  assert.deepEqual((await poll([claim.execution])).cancels.map(({ execution }) => execution), [claim.execution]);
});

Deno.test("What a leader remembers of a node does not end runs of a life that has registered elsewhere", async () => {
  const [leader, other] = peers();
  await other.load();
  await other.agents.register({ ...IDENTITY, incarnation: "1" }, "", never);
  await leader.load();
  // None of this is told to the leader.
  await other.agents.register({ ...IDENTITY, incarnation: "2" }, "", never);
  await other.jobs.put(
    { ...plainJob("job"), tags: {}, schedule: "@manually" },
    { ifMatch: null, restore: false },
    TESTER,
  );
  await other.runs.start("job", { force: false, idempotencyKey: null }, TESTER);
  const request = { node: "a", incarnation: "2", freeSlots: 1, held: [], waitMs: 1_000 };
  const [claim] = (await other.agents.poll(request, never)).claims;
  assert.ok(claim);
  assert.equal(leader.liveness.node("a")?.incarnation, "1");
  await leader.house.slowPass();
  const again = await other.agents.poll({ ...request, waitMs: 0 }, never);
  assert.deepEqual(again.claims.map(({ execution }) => execution), [claim.execution]);
});

Deno.test("A run that was settled at another server is not told of again, and does not keep its node's name", async () => {
  const [first, second] = peers();
  await first.load();
  await first.agents.register({ ...IDENTITY, incarnation: "1" }, "", never);
  const job = { ...plainJob("job"), tags: {}, schedule: "@manually", concurrency: "forbid" } as const;
  await first.jobs.put(job, { ifMatch: null, restore: false }, TESTER);
  await first.runs.start("job", { force: false, idempotencyKey: null }, TESTER);
  const request = { node: "a", incarnation: "1", freeSlots: 1, held: [], waitMs: 1_000 };
  const [claim] = (await first.agents.poll(request, never)).claims;
  assert.ok(claim);
  await first.finisher.submit(claim.uid, { kind: "lost", execution: claim.execution, reason: "silent", over: false });
  assert.ok(first.assigned.mayRun("a"));
  await second.load();
  await second.agents.poll({ ...request, waitMs: 0 }, never);
  await eventually(async () => {
    await first.assigned.load("a");
    return !first.assigned.mayRun("a");
  });
});

Deno.test("A long round of keeping house is no pause of the server's own: silence goes on counting", async () => {
  const clock = new FakeClock();
  const peer = new Peer({
    name: "s1",
    engine: openMemory(),
    clock,
    random: systemRandom,
    log: silentLog,
    inFleet: false,
  });
  await peer.load();
  await peer.agents.register({ ...IDENTITY, incarnation: "1" }, "", never);
  const round = Promise.withResolvers<void>();
  peer.deletedJobs.pass = () => round.promise;
  const stop = new AbortController();
  const house = peer.house.run(stop.signal);
  await clock.advance(20_000);
  round.resolve();
  await clock.advance(1_000);
  assert.equal(peer.liveness.silentMs("a"), 21_000);
  stop.abort();
  await house;
});

/** Holds back the commit of the next claim; answers when it has come, and how to let it go. */
function holdBackClaim({ server: { store } }: Carillon): { come: Promise<void>; letGo: () => void } {
  const [come, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const commit = store.commit.bind(store);
  store.commit = async (change) => {
    if ([...writesOf(change, runningTable)].some(({ value }) => value?.state === "claimed")) {
      store.commit = commit;
      come.resolve();
      await gone.promise;
    }
    return await commit(change);
  };
  return { come: come.promise, letGo: gone.resolve };
}

/** A node that has been given something: its server leads, and no new term refuses the next claim. */
async function startWorking(clock: FakeClock) {
  const carillon = await startCarillon({ agent: false, clock });
  await register(carillon, "1");
  await startJob(carillon, "before");
  const [claim] = (await carillon.server.agents.poll(POLL, never)).claims;
  const held = claim === undefined ? [] : [{ execution: claim.execution, startedAfterMs: 1 }];
  return { carillon, poll: { ...POLL, held }, [Symbol.asyncDispose]: () => carillon[Symbol.asyncDispose]() };
}

const POLL = { node: "a", incarnation: "1", freeSlots: 1, held: [], waitMs: 600_000 };

Deno.test("A poll whose time is over while a claim is stored for it answers that claim", async () => {
  const clock = new FakeClock();
  await using working = await startWorking(clock);
  const { carillon, poll } = working;
  const { come, letGo } = holdBackClaim(carillon);
  const polled = carillon.server.agents.poll({ ...poll, waitMs: 5_000 }, never);
  await startJob(carillon, "job");
  await come;
  await clock.advance(5_001);
  letGo();
  assert.deepEqual((await polled).claims.map(({ jobName }) => jobName), ["job"]);
});

Deno.test("A claim that is stored after its poll is over is given to the node's next poll at once", async () => {
  for (const how of ["gone", "asked again", "slow"]) {
    const clock = new FakeClock();
    await using working = await startWorking(clock);
    const { carillon, poll } = working;
    const { come, letGo } = holdBackClaim(carillon);
    const caller = new AbortController();
    const first = carillon.server.agents.poll({ ...poll, waitMs: 5_000 }, caller.signal);
    await startJob(carillon, "job");
    await come;
    if (how === "gone") caller.abort();
    if (how === "slow") await clock.advance(7_000);
    if (how !== "asked again") assert.deepEqual((await first).claims, [], how);
    const second = carillon.server.agents.poll(poll, never);
    if (how === "asked again") assert.deepEqual((await first).claims, [], how);
    letGo();
    assert.deepEqual((await second).claims.map(({ jobName }) => jobName), ["job"], how);
  }
});
