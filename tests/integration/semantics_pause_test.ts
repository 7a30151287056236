import assert from "node:assert/strict";
import { at, MINUTE, SECOND, World } from "./semantics_world.ts";

const MINUTELY = { schedule: "0 * * * * *", executor_config: { ends: "success" } };

/** A job that was paused from minute 1.5 to minute 5.5 and then unpaused. */
async function afterPause(world: World, policy: string): Promise<void> {
  await world.put("job", MINUTELY);
  await world.restartAt(MINUTE + 5 * SECOND);
  await world.states("job", "success");
  const paused = await (await world.send("POST", "/v1/jobs/job/pause", { policy, note: "deploy" })).json();
  assert.deepEqual([paused.pause.policy, paused.pause.note, paused.pause.by], [policy, "deploy", "api"]);
  await world.restartAt(5 * MINUTE + 5 * SECOND);
  await world.pass(2 * SECOND);
  assert.equal((await world.executions("job")).length, 1, "nothing runs during a pause");
  await world.send("POST", "/v1/jobs/job/unpause");
  assert.equal((await world.job("job")).next, at(6 * MINUTE));
}

Deno.test("Pause skip: times inside it become a gap when it ends", async () => {
  await using world = await World.open();
  await afterPause(world, "skip");
  const gap = { from: at(2 * MINUTE), to: at(5 * MINUTE), count: 4, reason: "paused" };
  await world.untilEqual(() => world.gaps("job"), [gap]);
  await world.passTo(6 * MINUTE);
  await world.states("job", "success", "success");
  assert.deepEqual(await world.each("job", "due_at"), [at(MINUTE), at(6 * MINUTE)]);
});

Deno.test("Pause last: the newest time inside it runs when it ends, the rest is a gap", async () => {
  await using world = await World.open();
  await afterPause(world, "last");
  await world.states("job", "success", "success");
  assert.deepEqual(await world.each("job", "due_at"), [at(MINUTE), at(5 * MINUTE)]);
  const gap = { from: at(2 * MINUTE), to: at(4 * MINUTE), count: 3, reason: "paused" };
  await world.untilEqual(() => world.gaps("job"), [gap]);
});

Deno.test("Pause all: each time inside it runs when it ends", async () => {
  await using world = await World.open();
  await afterPause(world, "all");
  await world.states("job", "success", "success", "success", "success", "success");
  assert.deepEqual(await world.each("job", "due_at"), [1, 2, 3, 4, 5].map((minute) => at(minute * MINUTE)));
  assert.deepEqual(await world.gaps("job"), []);
});

Deno.test("Pause: skip is the default policy", async () => {
  await using world = await World.open();
  await world.put("job", MINUTELY);
  await world.send("POST", "/v1/jobs/job/pause");
  assert.equal((await world.job("job")).pause?.policy, "skip");
});

Deno.test("Pause: waiting runs are held and their start deadlines stop, running ones go on", async () => {
  await using world = await World.open({ slots: 1 });
  await world.put("job", { start_deadline: "30s" });
  await world.runOne("job");
  await world.run("job");
  await world.states("job", "running", "queued");
  await world.send("POST", "/v1/jobs/job/pause");
  world.runs.end("job");
  await world.states("job", "success", "queued");
  await world.pass(50 * SECOND);
  await world.states("job", "success", "queued");
  await world.send("POST", "/v1/jobs/job/unpause");
  await world.begun("job");
});

Deno.test("Pause: retries are held", async () => {
  await using world = await World.open();
  await world.put("job", { retry: { attempts: 1, delay: "5s" } });
  await world.runOne("job");
  await world.send("POST", "/v1/jobs/job/pause");
  world.runs.fail("job");
  await world.states("job", "failed", "queued");
  await world.pass(20 * SECOND);
  await world.states("job", "failed", "queued");
  await world.send("POST", "/v1/jobs/job/unpause");
  await world.begun("job");
});

Deno.test("Pause: a manual run waits until it ends", async () => {
  await using world = await World.open();
  await world.put("job");
  await world.put("other", { executor_config: { ends: "success" } });
  await world.send("POST", "/v1/jobs/job/pause");
  await world.run("job");
  await world.run("other");
  await world.states("other", "success");
  await world.states("job", "queued");
  await world.send("POST", "/v1/jobs/job/unpause");
  await world.begun("job");
});

Deno.test("Pause outlives a restart", async () => {
  await using world = await World.open();
  await world.put("job");
  await world.send("POST", "/v1/jobs/job/pause");
  await world.run("job");
  await world.restartAt(MINUTE);
  await world.pass(5 * SECOND);
  await world.states("job", "queued");
});

Deno.test("An edit of a paused job keeps its pause", async () => {
  await using world = await World.open();
  await world.put("job", MINUTELY);
  await world.send("POST", "/v1/jobs/job/pause", { note: "stay" });
  await world.put("job", { ...MINUTELY, owner: "me" });
  assert.equal((await world.job("job")).pause?.note, "stay");
});

Deno.test("/v1/pause refuses new jobs, and nothing else", async () => {
  await using world = await World.open();
  await world.put("old", MINUTELY);
  await world.send("POST", "/v1/pause");
  const body = { name: "new", schedule: "@manually", executor: "held" };
  await world.restartAt(10 * SECOND);
  const refused = await world.request("POST", "/v1/jobs", body);
  assert.ok(refused.status >= 400, "a restart does not end it");
  await refused.body?.cancel();
  await world.passTo(MINUTE);
  await world.states("old", "success");
  await world.send("POST", "/v1/unpause");
  await world.put("new");
});

Deno.test("A disabled job is not started by schedule; run by hand it answers 404 disabled", async () => {
  await using world = await World.open();
  await world.put("off", { ...MINUTELY, disabled: true });
  await world.put("on", MINUTELY);
  await world.passTo(MINUTE);
  await world.states("on", "success");
  assert.deepEqual(await world.executions("off"), []);
  assert.equal((await world.refused(404, "POST", "/v1/jobs/off/run")).code, "disabled");
});

Deno.test("A job that is disabled lets its running and waiting runs go on", async () => {
  await using world = await World.open({ slots: 1 });
  await world.put("job");
  await world.runOne("job");
  await world.run("job");
  await world.send("POST", "/v1/jobs/job/toggle");
  world.runs.end("job");
  await world.begun("job");
});
