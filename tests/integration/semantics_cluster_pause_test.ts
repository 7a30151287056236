import assert from "node:assert/strict";
import { clusterPauseAnswerSchema } from "../../routes/wire/cluster_answer.ts";
import { ZERO_TIME } from "../../routes/wire/rfc3339.ts";
import { MINUTELY, pause, ranAt, unpause } from "./semantics_pauses.ts";
import { at, MINUTE, SECOND, World } from "./semantics_world.ts";

/** A cluster that was paused from minute 1 to minute 5, and restarted meanwhile, with a job for each minute. */
async function afterPause(world: World, policy: string): Promise<void> {
  await world.put("job", MINUTELY);
  await world.restartAt(MINUTE + 5 * SECOND);
  await ranAt(world, "job", 1);
  const paused = await pause(world, { policy, note: "deploy" });
  assert.deepEqual([paused?.policy, paused?.note, paused?.by, paused?.to], [policy, "deploy", "api", null]);
  assert.equal((await world.job("job")).next, ZERO_TIME, "no time is next");
  await world.passTo(2 * MINUTE + 5 * SECOND);
  await world.restartAt(5 * MINUTE + 5 * SECOND);
  await world.pass(2 * SECOND);
  await ranAt(world, "job", 1);
  const shown = clusterPauseAnswerSchema.parse(await (await world.send("GET", "/v1/cluster/pause")).json());
  assert.deepEqual(shown.pause, paused, "it outlives a restart");
  await unpause(world);
  await world.untilEqual(async () => (await world.job("job")).next, at(6 * MINUTE));
}

Deno.test("Cluster pause skip: times inside it become a gap when it ends", async () => {
  await using world = await World.open();
  await afterPause(world, "skip");
  const gap = { from: at(2 * MINUTE), to: at(5 * MINUTE), count: 4, reason: "paused" };
  await world.untilEqual(() => world.gaps("job"), [gap]);
  await world.passTo(6 * MINUTE);
  await ranAt(world, "job", 1, 6);
});

Deno.test("Cluster pause last: the newest time inside it runs when it ends, the rest is a gap", async () => {
  await using world = await World.open();
  await afterPause(world, "last");
  await ranAt(world, "job", 1, 5);
  const gap = { from: at(2 * MINUTE), to: at(4 * MINUTE), count: 3, reason: "paused" };
  await world.untilEqual(() => world.gaps("job"), [gap]);
});

Deno.test("Cluster pause all: each time inside it runs when it ends", async () => {
  await using world = await World.open();
  await afterPause(world, "all");
  await ranAt(world, "job", 1, 2, 3, 4, 5);
  assert.deepEqual(await world.gaps("job"), []);
});

Deno.test("Cluster pause: all runs times however old they are, where missed ones would be too old", async () => {
  await using world = await World.open();
  await world.put("job", { ...MINUTELY, schedule: "0 0 * * * *", misfire: { policy: "all", window: "1m" } });
  await pause(world, { policy: "all" });
  await world.restartAt(181 * MINUTE);
  await unpause(world);
  await ranAt(world, "job", 60, 120, 180);
});

Deno.test("Cluster pause: it ends by itself where it has an end, and what is due from then on runs as ever", async () => {
  await using world = await World.open();
  await world.put("job", MINUTELY);
  await pause(world, { policy: "skip", to: at(2 * MINUTE) });
  await world.run("job");
  await world.passTo(MINUTE + 50 * SECOND);
  await world.states("job", "queued");
  await world.passTo(2 * MINUTE);
  await world.states("job", "success", "success");
  assert.deepEqual(await world.each("job", "due_at"), [null, at(2 * MINUTE)]);
  await world.untilEqual(() => world.gaps("job"), [{ from: at(MINUTE), to: at(MINUTE), count: 1, reason: "paused" }]);
  const shown = clusterPauseAnswerSchema.parse(await (await world.send("GET", "/v1/cluster/pause")).json());
  assert.equal(shown.pause, null);
});

Deno.test("Cluster pause: the end passes while no server is there, and the times inside it follow its policy", async () => {
  await using world = await World.open();
  await world.put("job", { ...MINUTELY, misfire: { policy: "skip" } });
  await pause(world, { policy: "all", to: at(3 * MINUTE + 30 * SECOND) });
  await world.restartAt(5 * MINUTE + 30 * SECOND);
  await ranAt(world, "job", 1, 2, 3);
  const missed = { from: at(4 * MINUTE), to: at(5 * MINUTE), count: 2, reason: "missed" };
  await world.untilEqual(() => world.gaps("job"), [missed]);
});

Deno.test("Cluster pause: waiting runs are held and their start deadlines stop, running ones go on", async () => {
  await using world = await World.open({ slots: 1 });
  await world.put("job", { start_deadline: "30s" });
  await world.runOne("job");
  await world.run("job");
  await world.states("job", "running", "queued");
  await pause(world);
  world.runs.end("job");
  await world.states("job", "success", "queued");
  await world.pass(50 * SECOND);
  await world.states("job", "success", "queued");
  await unpause(world);
  await world.begun("job");
});

Deno.test("Cluster pause: start deadlines count from its end, also where the server is started again", async () => {
  await using world = await World.open({ agent: false });
  await world.put("job", { start_deadline: "30s" });
  await pause(world);
  await world.run("job");
  await world.restartAt(MINUTE);
  await unpause(world);
  await world.pass(20 * SECOND);
  await world.restartAt(MINUTE + 25 * SECOND);
  await world.states("job", "queued");
  await world.passTo(MINUTE + 45 * SECOND);
  const [skipped] = await world.states("job", "skipped");
  assert.match(skipped?.reason ?? "", /start deadline of 30 s/);
});

Deno.test("Cluster pause: retries are held, also over a restart", async () => {
  await using world = await World.open();
  await world.put("job", { retry: { attempts: 1, delay: "5s" } });
  await world.runOne("job");
  await pause(world);
  world.runs.fail("job");
  await world.states("job", "failed", "queued");
  await world.pass(20 * SECOND);
  await world.restartAt(MINUTE);
  await world.states("job", "failed", "queued");
  await unpause(world);
  await world.begun("job");
});

Deno.test("Cluster pause: who waits at a gate moves up and is held, and runs one after another afterwards", async () => {
  await using world = await World.open();
  await world.put("job", { concurrency: "queue", queue_limit: 5 });
  await world.runOne("job");
  await world.run("job");
  await world.run("job");
  await pause(world);
  world.runs.end("job");
  await world.states("job", "success", "queued", "queued");
  await world.pass(5 * SECOND);
  assert.deepEqual(world.runs.of("job"), []);
  await unpause(world);
  await world.begun("job");
  await world.states("job", "success", "running", "queued");
  world.runs.end("job");
  await world.states("job", "success", "success", "running");
});

Deno.test("Cluster pause all: the times of a gated job run in order, one at a time, before later ones", async () => {
  await using world = await World.open();
  await world.put("job", { schedule: MINUTELY.schedule, concurrency: "forbid" });
  await pause(world, { policy: "all" });
  await world.passTo(3 * MINUTE + 50 * SECOND);
  await unpause(world);
  await world.begun("job");
  await world.passTo(4 * MINUTE + SECOND);
  for (const time of [1, 2, 3, 4]) {
    const run = await world.begun("job");
    assert.equal(world.runs.of("job").length, 1);
    const running = (await world.executions("job")).find(({ id }) => id === run.id);
    assert.equal(running?.due_at, at(time * MINUTE));
    run.end();
    await world.until(() => !world.runs.of("job").includes(run));
  }
  assert.deepEqual(await world.gaps("job"), []);
});

Deno.test("Cluster pause: runs by hand and dependents of all jobs wait until it ends", async () => {
  await using world = await World.open();
  await world.put("parent");
  await world.put("child", { parent_job: "parent", schedule: "" });
  await world.runOne("parent");
  await pause(world);
  world.runs.end("parent");
  await world.put("new");
  await world.run("new");
  await world.states("child", "queued");
  await world.pass(5 * SECOND);
  assert.deepEqual(world.runs.running, []);
  await unpause(world);
  await world.begun("child");
  await world.begun("new");
});

Deno.test("Cluster pause: an @after_end job counts from its end", async () => {
  await using world = await World.open();
  await world.put("job", { ...MINUTELY, schedule: "@after_end 1m" });
  await pause(world, { policy: "all" });
  await world.passTo(3 * MINUTE + 30 * SECOND);
  await unpause(world);
  await world.untilEqual(async () => Date.parse((await world.job("job")).next) >= Date.parse(at(4.5 * MINUTE)), true);
  await world.passTo(4 * MINUTE + 20 * SECOND);
  assert.deepEqual(await world.executions("job"), []);
  await world.passTo(4 * MINUTE + 40 * SECOND);
  await world.states("job", "success");
});
