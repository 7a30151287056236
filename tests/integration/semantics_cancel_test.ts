import assert from "node:assert/strict";
import { SECOND, World } from "./semantics_world.ts";

/** Asks for the end of an execution of the job `job`. */
async function cancel(world: World, id: string | undefined, reason: string): Promise<void> {
  const response = await world.send("POST", `/v1/jobs/job/executions/${id}/cancel`, { reason });
  await response.body?.cancel();
}

Deno.test("Cancel of a running run stops it; who and why are recorded", async () => {
  await using world = await World.open();
  await world.put("job", { executor_config: { deaf: true } });
  const run = await world.runOne("job");
  await cancel(world, run.id, "wrong day");
  await world.until(() => run.stopped === "cancel");
  await world.states("job", "running");
  run.end({ success: false, exitCode: 143 });
  const [cancelled] = await world.states("job", "cancelled");
  assert.match(cancelled?.reason ?? "", /api.*wrong day/);
  assert.equal(cancelled?.exit_code, 143);
  assert.deepEqual(await world.counts("job"), [0, 0]);
});

Deno.test("Cancel of a queued run ends it at once; who and why are recorded", async () => {
  await using world = await World.open();
  await world.put("job", { tags: { role: "none" } });
  await world.run("job");
  const [queued] = await world.states("job", "queued");
  await cancel(world, queued?.id, "wrong day");
  const [cancelled] = await world.states("job", "cancelled");
  assert.match(cancelled?.reason ?? "", /api.*wrong day/);
});

Deno.test("Cancel during the delay of a retry ends the group as cancelled", async () => {
  await using world = await World.open();
  await world.put("job", { concurrency: "forbid", retry: { attempts: 3, delay: "1m" } });
  await world.runOne("job");
  world.runs.fail("job");
  const [, retry] = await world.states("job", "failed", "queued");
  await cancel(world, retry?.id, "no use");
  await world.states("job", "failed", "cancelled");
  assert.deepEqual(await world.counts("job"), [0, 0]);
  await world.runOne("job");
});

Deno.test("Cancel of what waits at a gate takes it out of the line", async () => {
  await using world = await World.open();
  await world.put("job", { concurrency: "queue" });
  await world.runOne("job");
  await world.run("job");
  const [, waiter] = await world.states("job", "running", "queued");
  await cancel(world, waiter?.id, "");
  await world.states("job", "running", "cancelled");
  await world.run("job");
  world.runs.end("job");
  await world.begun("job");
  await world.states("job", "success", "cancelled", "running");
});

Deno.test("Cancel that comes after success changes nothing", async () => {
  await using world = await World.open();
  await world.put("job");
  const { id } = await world.runOne("job");
  world.runs.end("job");
  await world.states("job", "success");
  await cancel(world, id, "too late");
  await world.states("job", "success");
  await world.untilEqual(() => world.counts("job"), [1, 0]);
});

Deno.test("Cancel of a run that succeeds all the same is a success", async () => {
  await using world = await World.open();
  await world.put("job", { executor_config: { deaf: true } });
  const run = await world.runOne("job");
  await cancel(world, run.id, "");
  await world.until(() => run.stopped === "cancel");
  run.end();
  await world.states("job", "success");
});

Deno.test("Cancel of an execution that does not exist is 404", async () => {
  await using world = await World.open();
  await world.put("job");
  await world.refused(404, "POST", "/v1/jobs/job/executions/none/cancel");
});

Deno.test("Timeout ends a run of any executor as timed_out, an error that is tried again", async () => {
  await using world = await World.open();
  await world.put("job", { timeout: "10s", retry: { attempts: 1, delay: "30s" } });
  const run = await world.runOne("job");
  await world.pass(9 * SECOND);
  await world.states("job", "running");
  await world.pass(2 * SECOND);
  await world.until(() => run.stopped === "timeout");
  const [late] = await world.states("job", "timed_out", "queued");
  assert.match(late?.reason ?? "", /10s/);
  await world.pass(31 * SECOND);
  await world.begun("job");
  await world.pass(11 * SECOND);
  await world.states("job", "timed_out", "timed_out");
  await world.untilEqual(() => world.counts("job"), [0, 1]);
});

Deno.test("Timeout counts from the start of each attempt, not from its queueing", async () => {
  await using world = await World.open({ slots: 1 });
  await world.put("blocker");
  await world.put("job", { timeout: "10s" });
  await world.runOne("blocker");
  await world.run("job");
  await world.pass(15 * SECOND);
  world.runs.end("blocker");
  await world.begun("job");
  await world.pass(8 * SECOND);
  world.runs.end("job");
  await world.states("job", "success");
});

Deno.test("Cancel and timeout end a real process with its children", async () => {
  await using world = await World.open();
  const executor_config = { command: "sleep 300 & sleep 300", shell: true };
  for (const [name, fields] of Object.entries({ job: {}, late: { timeout: "1s" } })) {
    await world.put(name, { executor: "shell", executor_config, ...fields });
    await world.run(name);
    await world.states(name, "running");
  }
  const [running] = await world.executions("job");
  await cancel(world, running?.id, "");
  await world.states("job", "cancelled");
  await world.states("late", "timed_out");
});
