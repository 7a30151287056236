import assert from "node:assert/strict";
import { MINUTE, SECOND, World } from "./semantics_world.ts";

/** Milliseconds from the end of one attempt to the start of the next. */
async function delays(world: World, name: string): Promise<number[]> {
  const all = await world.executions(name);
  return all.slice(1).map(({ started_at }, i) => Date.parse(started_at) - Date.parse(all[i]?.finished_at ?? ""));
}

/** Whether a delay is what was asked for: not sooner, and soon after. */
function near(ms: number | undefined, expected: number): boolean {
  return ms !== undefined && ms >= expected && ms < expected + 3_000;
}

Deno.test("Retries: success after failures is one success, and counts once", async () => {
  await using world = await World.open();
  await world.put("flaky", { retries: 3 });
  await world.runOne("flaky");
  world.runs.fail("flaky");
  await world.begun("flaky");
  assert.deepEqual(await world.counts("flaky"), [0, 0], "counted at the end of the last attempt");
  world.runs.end("flaky");
  const executions = await world.states("flaky", "failed", "success");
  await world.untilEqual(() => world.counts("flaky"), [1, 0]);
  assert.deepEqual(executions.map(({ attempt }) => attempt), [1, 2]);
  assert.deepEqual(executions.map(({ trigger }) => trigger), ["manual", "retry"]);
  assert.equal(executions[0]?.group, executions[1]?.group);
  assert.equal((await world.job("flaky")).status, "success");
});

Deno.test("Retries: when all attempts fail, it is one error", async () => {
  await using world = await World.open();
  await world.put("broken", { retries: 2, executor_config: { ends: 1 } });
  await world.run("broken");
  await world.states("broken", "failed", "failed", "failed");
  await world.untilEqual(() => world.counts("broken"), [0, 1]);
  assert.equal((await world.job("broken")).status, "failed");
});

Deno.test("Retries: retries n means a delay of 1 s that doubles", async () => {
  await using world = await World.open();
  await world.put("broken", { retries: 2, executor_config: { ends: 1 } });
  await world.run("broken");
  await world.states("broken", "failed", "failed", "failed");
  const waited = await delays(world, "broken");
  assert.ok([1, 2].every((s, i) => near(waited[i], s * SECOND)), String(waited));
});

Deno.test("Retries: delay, factor and max_delay", async () => {
  await using world = await World.open();
  const retry = { attempts: 3, delay: "500ms", factor: 3, max_delay: "1s" };
  await world.put("broken", { retry, executor_config: { ends: 1 } });
  await world.run("broken");
  await world.states("broken", "failed", "failed", "failed", "failed");
  const waited = await delays(world, "broken");
  assert.ok([0.5, 1, 1].every((s, i) => near(waited[i], s * SECOND)), String(waited));
});

Deno.test("Retries: attempt and not-before time survive a restart", async () => {
  await using world = await World.open();
  await world.put("flaky", { retry: { attempts: 1, delay: "5m" } });
  await world.runOne("flaky");
  world.runs.fail("flaky");
  await world.states("flaky", "failed", "queued");
  await world.restartAt(4 * MINUTE);
  await world.pass(30 * SECOND);
  await world.states("flaky", "failed", "queued");
  await world.pass(45 * SECOND);
  await world.begun("flaky");
  world.runs.fail("flaky");
  await world.states("flaky", "failed", "failed");
  await world.untilEqual(() => world.counts("flaky"), [0, 1]);
});

Deno.test("Retries: only the exit codes asked for are tried again", async () => {
  await using world = await World.open();
  await world.put("picky", { retry: { attempts: 5, delay: "10ms", exit_codes: [75] } });
  await world.runOne("picky");
  world.runs.fail("picky", 75);
  await world.begun("picky");
  world.runs.fail("picky", 2);
  await world.states("picky", "failed", "failed");
  await world.untilEqual(() => world.counts("picky"), [0, 1]);
});

Deno.test("Retries: on names which ends are tried again", async () => {
  await using world = await World.open();
  const retry = (on: string) => ({ attempts: 1, delay: "10ms", on: [on] });
  await world.put("only-failed", { timeout: "5s", retry: retry("failed") });
  await world.put("only-late", { timeout: "5s", retry: retry("timed_out") });
  for (const name of ["only-failed", "only-late"]) await world.runOne(name);
  await world.pass(6 * SECOND);
  await world.states("only-failed", "timed_out");
  await world.begun("only-late");
  world.runs.fail("only-late");
  await world.states("only-late", "timed_out", "failed");
  await world.runOne("only-failed");
  world.runs.fail("only-failed");
  await world.states("only-failed", "timed_out", "failed", "running");
});

Deno.test("Retries: a cancelled run is not tried again", async () => {
  await using world = await World.open();
  await world.put("flaky", { retries: 3 });
  const { id } = await world.runOne("flaky");
  await world.send("POST", `/v1/jobs/flaky/executions/${id}/cancel`);
  await world.states("flaky", "cancelled");
  assert.deepEqual(await world.counts("flaky"), [0, 0]);
});

Deno.test("Retries: an attempt runs the revision that its group began with", async () => {
  await using world = await World.open();
  await world.put("flaky", { retry: { attempts: 1, delay: "30s" } });
  await world.runOne("flaky");
  world.runs.fail("flaky");
  await world.states("flaky", "failed", "queued");
  await world.put("flaky", { executor_config: { ends: "success" } });
  await world.pass(31 * SECOND);
  await world.begun("flaky");
  assert.deepEqual(await world.each("flaky", "revision"), [1, 1]);
});
