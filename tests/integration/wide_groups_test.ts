import { TESTER } from "../support/tester.ts";
import assert from "node:assert/strict";
import { executionId } from "../../src/model/mod.ts";
import { plainJob } from "./model/random_job.ts";
import { broadcast, BY_HAND, counted, onEach, WideWorld } from "./wide_world.ts";

onEach("a broadcast to 1,000 nodes runs once on each, and ends when all have ended", async (profile) => {
  const world = await WideWorld.open(profile, 1_000);
  await world.peer.jobs.put(broadcast("all"), { ifMatch: null, restore: false }, TESTER);
  const started = await world.peer.runs.start("all", BY_HAND, TESTER);
  assert.equal(await world.unmade(), 1_000);
  await world.peer.expander.pass();
  assert.equal(await world.unmade(), 0);
  assert.equal((await world.executions()).length, 1_000);
  await world.take();
  assert.deepEqual([...world.held].filter(([, held]) => held.length !== 1), []);
  await world.end("success", world.names.slice(1));
  assert.equal((await world.groups())[0]?.state, "open");
  await world.end("success");
  const [group] = await world.groups();
  assert.equal(group?.id, started.id);
  assert.deepEqual([group?.state, group?.outcome, group?.targets.length], ["ended", "success", 1_000]);
  const executions = await world.executions();
  assert.deepEqual(counted(executions.map(({ state }) => state)), { success: 1_000 });
  assert.equal(new Set(executions.map((execution) => "node" in execution && execution.node)).size, 1_000);
});

onEach("a crash between pages loses no target and makes none twice", async (profile) => {
  for (const pagesLeft of [0, 1, 4, 9]) {
    const world = await WideWorld.open(profile, 1_000);
    await world.peer.jobs.put(broadcast("all"), { ifMatch: null, restore: false }, TESTER);
    await world.peer.runs.start("all", BY_HAND, TESTER);
    if (pagesLeft > 0) world.pagesLeft = pagesLeft;
    if (pagesLeft > 0) await world.peer.expander.pass();
    await world.replaceServer();
    assert.equal(await world.unmade(), 1_000 - 100 * pagesLeft);
    await world.take();
    await world.end("success");
    assert.equal((await world.groups())[0]?.state, "open", "an end was told before all targets were there");
    await world.round();
    await world.take();
    await world.end("failed");
    assert.deepEqual(counted((await world.executions()).map(({ state }) => state)), {
      ...(pagesLeft > 0 ? { success: 100 * pagesLeft } : {}),
      failed: 1_000 - 100 * pagesLeft,
    });
    assert.equal((await world.groups())[0]?.outcome, pagesLeft > 0 ? "partially_failed" : "failed");
  }
});

onEach("what a server that is gone has started is expanded by the leader within two looks", async (profile) => {
  const world = await WideWorld.open(profile, 100);
  await world.peer.jobs.put(broadcast("all"), { ifMatch: null, restore: false }, TESTER);
  const other = world.peer;
  await world.replaceServer({ cut: false });
  await other.runs.start("all", BY_HAND, TESTER);
  await world.round();
  await world.round();
  assert.equal(await world.unmade(), 0);
  await world.take();
  await world.end("success");
  assert.equal((await world.groups())[0]?.outcome, "success");
});

onEach("a job that is deleted while its group expands has the rest cancelled and nothing started", async (profile) => {
  const world = await WideWorld.open(profile, 1_000);
  await world.peer.jobs.put(broadcast("all"), { ifMatch: null, restore: false }, TESTER);
  await world.peer.runs.start("all", BY_HAND, TESTER);
  world.pagesLeft = 3;
  await world.peer.expander.pass();
  await world.replaceServer();
  const [first = "", second = ""] = world.names;
  await world.take([first, second]);
  await world.end("success", [first]);
  await world.peer.jobs.remove("all", { ifMatch: null, cancel: false }, TESTER);
  await world.peer.expander.pass();
  assert.equal(await world.unmade(), 700, "targets of a deleted job were made");
  await world.round();
  assert.equal(await world.unmade(), 0);
  const open = (await world.executions()).filter(({ state }) => state === "claimed" || state === "queued");
  assert.deepEqual(open.map((execution) => "node" in execution && execution.node), [second]);
  const [group] = await world.groups();
  assert.deepEqual(counted(group?.targets.map(({ state }) => state) ?? []), { success: 1, open: 1, cancelled: 998 });
  await world.end("success", [second]);
  for (let rounds = 0; rounds < 3; rounds++) await world.round();
  assert.deepEqual([await world.groups(), await world.executions()], [[], []]);
});

onEach("one execution that is not made yet can be cancelled, and is never made", async (profile) => {
  const world = await WideWorld.open(profile, 150);
  await world.peer.jobs.put(broadcast("all"), { ifMatch: null, restore: false }, TESTER);
  const group = await world.peer.runs.start("all", BY_HAND, TESTER);
  const id = executionId(group.id, 120, 1);
  const cancelled = await world.peer.runs.cancel("all", id, "not there", TESTER);
  assert.deepEqual([cancelled.state, "reason" in cancelled && cancelled.reason], [
    "cancelled",
    "cancelled by test: not there",
  ]);
  assert.equal(await world.unmade(), 149);
  await world.peer.expander.pass();
  await world.take();
  await world.end("success");
  assert.deepEqual(counted((await world.executions()).map(({ state }) => state)), { success: 149, cancelled: 1 });
  assert.equal((await world.groups())[0]?.outcome, "partially_failed");
});

onEach("cancelling all that is not made yet ends the group", async (profile) => {
  const world = await WideWorld.open(profile, 150);
  await world.peer.jobs.put(broadcast("all", { concurrency: "forbid" }), { ifMatch: null, restore: false }, TESTER);
  const group = await world.peer.runs.start("all", BY_HAND, TESTER);
  const ids = group.targets.map((_, target) => executionId(group.id, target, 1));
  await Promise.all([
    world.peer.expander.pass(),
    ...ids.map((id) => world.peer.runs.cancel("all", id, "", TESTER)),
  ]);
  assert.deepEqual(counted((await world.executions()).map(({ state }) => state)), { cancelled: 150 });
  assert.deepEqual((await world.groups()).map(({ outcome }) => outcome), ["cancelled"]);
  await world.peer.runs.start("all", BY_HAND, TESTER); // its place is free
});

onEach("a wide group waits at its gate as a whole, and begins when it is let in", async (profile) => {
  const world = await WideWorld.open(profile, 120);
  await world.peer.jobs.put(broadcast("all", { concurrency: "queue", queueLimit: 5 }), {
    ifMatch: null,
    restore: false,
  }, TESTER);
  await world.peer.runs.start("all", BY_HAND, TESTER);
  await world.peer.runs.start("all", BY_HAND, TESTER);
  await world.round();
  await world.round();
  assert.deepEqual((await world.groups()).map(({ state }) => state).sort(), ["open", "waiting"]);
  assert.equal(await world.unmade(), 120);
  await world.take();
  await world.end("success");
  await world.peer.expander.pass();
  await world.take();
  assert.deepEqual([...world.held].filter(([, held]) => held.length !== 1), []);
  await world.end("success");
  assert.deepEqual((await world.groups()).map(({ outcome }) => outcome), ["success", "success"]);
});

onEach("a newer wide group replaces an older one, and those that waited before it", async (profile) => {
  const world = await WideWorld.open(profile, 120);
  await world.peer.jobs.put(broadcast("all", { concurrency: "replace" }), { ifMatch: null, restore: false }, TESTER);
  await world.peer.runs.start("all", BY_HAND, TESTER);
  await world.peer.expander.pass();
  await world.take(world.names.slice(0, 10));
  for (let starts = 0; starts < 2; starts++) {
    world.clock.advance(1);
    await world.peer.runs.start("all", BY_HAND, TESTER);
  }
  await world.end("cancelled");
  await world.round();
  assert.deepEqual((await world.groups()).map(({ state, outcome }) => outcome ?? state), [
    "cancelled",
    "skipped",
    "open",
  ]);
  await world.round();
  await world.take();
  await world.end("success");
  assert.equal((await world.groups())[2]?.outcome, "success");
});

onEach("targets whose node leaves before they begin are skipped with that reason", async (profile) => {
  const world = await WideWorld.open(profile, 100);
  await world.peer.jobs.put(broadcast("all"), { ifMatch: null, restore: false }, TESTER);
  await world.peer.runs.start("all", BY_HAND, TESTER);
  const [gone = ""] = world.names.slice(-1);
  await world.peer.agents.leave(gone, `${gone}.1`);
  await world.peer.expander.pass();
  await world.round();
  await world.take(world.names.slice(0, -1));
  await world.end("success", world.names.slice(0, -1));
  const [skipped, ...others] = (await world.executions()).filter(({ state }) => state !== "success");
  assert.deepEqual([skipped && "reason" in skipped && skipped.reason, others], [`its node "${gone}" left`, []]);
  assert.equal((await world.groups())[0]?.outcome, "partially_failed");
});

onEach("each target of a wide group is tried again on its node, and its last attempt counts", async (profile) => {
  const world = await WideWorld.open(profile, 100);
  const retry = { ...plainJob("all").retry, attempts: 1, delayMs: 1_000 };
  await world.peer.jobs.put(broadcast("all", { retry }), { ifMatch: null, restore: false }, TESTER);
  await world.peer.runs.start("all", BY_HAND, TESTER);
  await world.peer.expander.pass();
  await world.take();
  await world.end("failed", world.names.slice(0, 60));
  await world.end("success");
  assert.equal((await world.groups())[0]?.state, "open");
  await world.round();
  await world.round();
  await world.take();
  assert.equal([...world.held.values()].flat().length, 60);
  await world.end("success");
  const [group] = await world.groups();
  assert.equal(group?.outcome, "success");
  assert.deepEqual(counted(group?.targets.map(({ attempt }) => String(attempt)) ?? []), { 1: 40, 2: 60 });
});

onEach("a count of more than 40 in the tags runs on as many distinct nodes", async (profile) => {
  const world = await WideWorld.open(profile, 100);
  await world.peer.jobs.put(broadcast("some", { tags: { role: "web:60" } }), { ifMatch: null, restore: false }, TESTER);
  await world.peer.runs.start("some", BY_HAND, TESTER);
  await world.peer.expander.pass();
  await world.take();
  assert.deepEqual(counted([...world.held.values()].map((held) => String(held.length))), { 0: 40, 1: 60 });
  await world.end("success");
  assert.equal((await world.groups())[0]?.outcome, "success");
  await world.peer.jobs.remove("some", { ifMatch: null, cancel: false }, TESTER);
  for (let rounds = 0; rounds < 3; rounds++) await world.round();
  assert.deepEqual(await world.left(), []);
});

onEach("due times, missed times and parents start wide groups too", async (profile) => {
  const world = await WideWorld.open(profile, 100);
  const misfire = { policy: "last", windowMs: 3_600_000, max: 100 } as const;
  await world.peer.jobs.put(
    broadcast("all", { schedule: "@every 1m", misfire }),
    { ifMatch: null, restore: false },
    TESTER,
  );
  const child = broadcast("child", { dependsOn: [{ job: "all", on: "success" }] });
  await world.peer.jobs.put(child, { ifMatch: null, restore: false }, TESTER);
  world.clock.advance(60_000);
  await world.round();
  await world.take();
  await world.end("success");
  await world.round();
  await world.take();
  await world.end("success");
  world.clock.advance(130_000);
  for (let rounds = 0; rounds < 4; rounds++) await world.round();
  assert.deepEqual((await world.groups()).map(({ jobName, trigger, wide }) => [jobName, trigger, wide]), [
    ["all", "schedule", true],
    ["child", "parent", true],
    ["all", "catch-up", true],
  ]);
  await world.take();
  assert.equal([...world.held.values()].flat().length, 100);
});
