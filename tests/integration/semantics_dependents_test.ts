import assert from "node:assert/strict";
import { openNodes } from "./semantics_node.ts";
import { World } from "./semantics_world.ts";

const SUCCEEDS = { executor_config: { ends: "success" } };

/** A job that others may start: a schedule is not needed. */
function child(on: string, ...jobs: string[]): Record<string, unknown> {
  return { schedule: "", depends_on: jobs.map((job) => ({ job, on })), ...SUCCEEDS };
}

/** Waits for the end of as many groups of a job. */
async function ended(world: World, name: string, count: number): Promise<void> {
  await world.until(async () => (await world.counts(name)).reduce((a, b) => a + b) === count);
}

Deno.test("Dependents: parent_job starts after success only", async () => {
  await using world = await World.open();
  await world.put("parent");
  await world.put("child", { schedule: "", parent_job: "parent", ...SUCCEEDS });
  assert.deepEqual((await world.job("parent")).dependent_jobs, ["child"]);
  await world.runOne("parent");
  world.runs.fail("parent");
  await ended(world, "parent", 1);
  await world.runOne("parent");
  world.runs.end("parent");
  const [run] = await world.states("child", "success");
  assert.equal(run?.trigger, "parent");
  assert.match(run?.requested_by ?? "", /parent/);
});

Deno.test("Dependents: success, failure and always", async () => {
  await using world = await World.open();
  await world.put("parent");
  for (const on of ["success", "failure", "always"]) await world.put(`on-${on}`, child(on, "parent"));
  await world.runOne("parent");
  world.runs.fail("parent");
  await ended(world, "on-failure", 1);
  await ended(world, "on-always", 1);
  assert.deepEqual(await world.counts("on-success"), [0, 0]);
  const { id } = await world.runOne("parent");
  await world.send("POST", `/v1/jobs/parent/executions/${id}/cancel`);
  await ended(world, "on-always", 2);
  await world.runOne("parent");
  world.runs.end("parent");
  await ended(world, "on-success", 1);
  await ended(world, "on-always", 3);
  assert.deepEqual(await world.counts("on-failure"), [1, 0]);
});

Deno.test("Dependents: partially_failed is a failure", async () => {
  await using world = await World.open({ agent: false });
  const [a, b] = await openNodes(world, "a", "b");
  await world.put("parent");
  await world.put("cleanup", child("failure", "parent"));
  await world.put("next", child("success", "parent"));
  await world.run("parent");
  for (const node of [a, b]) await node.takes();
  await a.end("success");
  await b.end("failed");
  await world.until(async () => (await world.executions("cleanup")).length === 2);
  assert.deepEqual(await world.executions("next"), []);
});

Deno.test("Dependents: a child starts after the retry that succeeds, not before", async () => {
  await using world = await World.open();
  await world.put("parent", { retries: 1 });
  await world.put("child", child("success", "parent"));
  await world.put("alarm", child("failure", "parent"));
  await world.runOne("parent");
  world.runs.fail("parent");
  await world.begun("parent");
  assert.deepEqual(await world.executions("child"), []);
  world.runs.end("parent");
  await ended(world, "child", 1);
  assert.deepEqual(await world.executions("alarm"), []);
});

Deno.test("Dependents: join all waits for a new end of every parent, each time", async () => {
  await using world = await World.open();
  for (const name of ["a", "b"]) await world.put(name, SUCCEEDS);
  await world.put("both", { ...child("success", "a", "b"), join: "all" });
  await world.run("a");
  await ended(world, "a", 1);
  await world.run("a");
  await ended(world, "a", 2);
  assert.deepEqual(await world.executions("both"), []);
  await world.run("b");
  await ended(world, "both", 1);
  await world.run("b");
  await ended(world, "b", 2);
  assert.equal((await world.executions("both")).length, 1);
  await world.run("a");
  await ended(world, "both", 2);
});

Deno.test("Dependents: join all outlives a restart", async () => {
  await using world = await World.open();
  for (const name of ["a", "b"]) await world.put(name, SUCCEEDS);
  await world.put("both", { ...child("success", "a", "b"), join: "all" });
  await world.run("a");
  await ended(world, "a", 1);
  await world.restartAt(60_000);
  await world.run("b");
  await ended(world, "both", 1);
});

Deno.test("Dependents: join any starts with each end", async () => {
  await using world = await World.open();
  for (const name of ["a", "b"]) await world.put(name, SUCCEEDS);
  await world.put("either", { ...child("success", "a", "b"), join: "any" });
  await world.run("a");
  await ended(world, "either", 1);
  await world.run("b");
  await ended(world, "either", 2);
});

Deno.test("Dependents: a disabled child is not started", async () => {
  await using world = await World.open();
  await world.put("parent", SUCCEEDS);
  await world.put("off", { ...child("success", "parent"), disabled: true });
  await world.put("on", child("success", "parent"));
  await world.run("parent");
  await ended(world, "on", 1);
  assert.deepEqual(await world.executions("off"), []);
});

Deno.test("Dependents: cycles are refused with the path", async () => {
  await using world = await World.open();
  await world.put("a");
  await world.put("b", { parent_job: "a" });
  await world.put("c", child("always", "b"));
  const body = { name: "a", schedule: "", executor: "held", depends_on: [{ job: "c" }] };
  const { code, message } = await world.refused(400, "POST", "/v1/jobs", body);
  assert.equal(code, "cycle");
  assert.match(message, /a -> b -> c -> a|b -> c -> a -> b|c -> a -> b -> c/);
  assert.equal((await world.job("a")).depends_on.length, 0);
});

Deno.test("Dependents: halves of a cycle told at once are not both stored", async () => {
  await using world = await World.open();
  for (const name of ["a", "b"]) await world.put(name);
  const tell = (name: string, parent: string) =>
    world.request("PUT", `/v1/jobs/${name}`, { name, schedule: "", executor: "held", parent_job: parent });
  const answers = await Promise.all([tell("a", "b"), tell("b", "a")]);
  assert.deepEqual(answers.map(({ ok }) => ok).toSorted(), [false, true]);
  for (const answer of answers) await answer.body?.cancel();
});

Deno.test("Dependents: a parent's edit does not lose its edges", async () => {
  await using world = await World.open();
  await world.put("parent");
  await world.put("child", child("success", "parent"));
  await world.put("parent", { ...SUCCEEDS, owner: "new" });
  await world.restartAt(60_000);
  await world.put("parent", { ...SUCCEEDS, owner: "newer" });
  assert.deepEqual((await world.job("parent")).dependent_jobs, ["child"]);
  await world.run("parent");
  await ended(world, "child", 1);
});

Deno.test("Dependents: a parent with children is not deleted, 404 has_dependents", async () => {
  await using world = await World.open();
  await world.put("parent", SUCCEEDS);
  await world.put("child", child("success", "parent"));
  const { code, message } = await world.refused(404, "DELETE", "/v1/jobs/parent");
  assert.equal(code, "has_dependents");
  assert.match(message, /child/);
  await world.send("DELETE", "/v1/jobs/child");
  await world.send("DELETE", "/v1/jobs/parent");
});
