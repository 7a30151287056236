import assert from "node:assert/strict";
import { openNodes } from "./semantics_node.ts";
import { at, MINUTE, SECOND, World } from "./semantics_world.ts";

const SUCCEEDS = { executor_config: { ends: "success" } };

Deno.test("Start deadline: what no agent takes in time is skipped with the reason, and counts nowhere", async () => {
  await using world = await World.open();
  await world.put("picky", { tags: { role: "none" }, start_deadline: "30s" });
  await world.run("picky");
  await world.pass(25 * SECOND);
  await world.states("picky", "queued");
  await world.pass(15 * SECOND);
  const [skipped] = await world.states("picky", "skipped");
  assert.match(skipped?.reason ?? "", /start deadline/);
  assert.deepEqual(await world.counts("picky"), [0, 0]);
  assert.equal(await (await world.send("GET", "/v1/jobs/picky/executions")).text(), "[]");
});

Deno.test("Start deadline: a retry's counts from when it may begin", async () => {
  await using world = await World.open();
  await world.put("slow", { start_deadline: "10s", retry: { attempts: 1, delay: "40s" } });
  await world.runOne("slow");
  world.runs.fail("slow");
  await world.states("slow", "failed", "queued");
  await world.pass(41 * SECOND);
  await world.begun("slow");
});

Deno.test("Start deadline: what waits at a gate has until it is let in", async () => {
  await using world = await World.open();
  await world.put("line", { concurrency: "queue", start_deadline: "10s" });
  await world.runOne("line");
  await world.run("line");
  await world.pass(30 * SECOND);
  world.runs.end("line");
  await world.begun("line");
  await world.states("line", "success", "running");
});

Deno.test("Waiting: at most 1,000 queued runs a job, then a due time is refused as queue full", async () => {
  await using world = await World.open();
  await world.put("busy", { tags: { role: "none" }, schedule: "0 * * * * *" });
  await fill(world, "busy", 1_000);
  await world.passTo(MINUTE);
  const gap = { from: at(MINUTE), to: at(MINUTE), count: 1, reason: "queue full" };
  await world.untilEqual(() => world.gaps("busy"), [gap]);
});

Deno.test("Waiting: at most 1,000 queued runs a job, then a manual run is refused as queue full", async () => {
  await using world = await World.open();
  await world.put("busy", { tags: { role: "none" } });
  await fill(world, "busy", 1_000);
  const { message } = await world.refused(409, "POST", "/v1/jobs/busy/run");
  assert.match(message, /queue full/);
});

/** Starts a job by hand so many times. */
async function fill(world: World, name: string, count: number): Promise<void> {
  const runs = Array.from({ length: count }, () => world.send("POST", `/v1/jobs/${name}/run`));
  for (const response of await Promise.all(runs)) await response.body?.cancel();
}

Deno.test("Slots: a node runs no more than it has", async () => {
  await using world = await World.open({ slots: 2 });
  await world.put("job");
  for (let i = 0; i < 4; i++) await world.run("job");
  await world.begun("job", 2);
  await world.states("job", "running", "running", "queued", "queued");
  world.runs.end("job");
  await world.states("job", "success", "running", "running", "queued");
  assert.equal(world.runs.of("job").length, 2);
});

Deno.test("Priority: the higher is claimed first, whenever it came", async () => {
  await using world = await World.open({ slots: 1 });
  await world.put("blocker");
  await world.runOne("blocker");
  for (const priority of [4, 0, 8, 5]) {
    await world.put(`p${priority}`, { ...SUCCEEDS, priority });
    await world.run(`p${priority}`);
  }
  world.runs.end("blocker");
  await world.states("p0", "success");
  assert.deepEqual(world.runs.begun, ["blocker", "p8", "p5", "p4", "p0"]);
});

Deno.test("Priority: what was missed is caught up in the lowest lane", async () => {
  await using world = await World.open({ slots: 1 });
  await world.put("missed", { schedule: "0 * * * * *", misfire: { policy: "all" }, priority: 8 });
  await world.put("now", { ...SUCCEEDS, priority: 0 });
  await world.restartAt(3 * MINUTE + 30 * SECOND);
  await world.begun("missed");
  await world.states("missed", "running", "queued", "queued");
  await world.run("now");
  await world.states("now", "queued");
  world.runs.end("missed");
  await world.states("now", "success");
  await world.begun("missed");
  assert.deepEqual(world.runs.begun, ["missed", "now", "missed"]);
});

Deno.test("Fairness: jobs of one lane take turns", async () => {
  await using world = await World.open({ slots: 1 });
  for (const name of ["blocker", "many", "few"]) await world.put(name, name === "blocker" ? {} : SUCCEEDS);
  await world.runOne("blocker");
  for (const name of ["many", "many", "many", "few"]) await world.run(name);
  world.runs.end("blocker");
  await world.states("many", "success", "success", "success");
  await world.states("few", "success");
  assert.ok(world.runs.begun.indexOf("few") < 3, world.runs.begun.join());
});

Deno.test("Default target: with no agent alive, a run waits for the first", async () => {
  await using world = await World.open({ agent: false });
  await world.put("patient", SUCCEEDS);
  await world.run("patient");
  await world.states("patient", "queued");
  await world.restartAt(MINUTE, { agent: true });
  await world.states("patient", "success");
});

Deno.test("Tags: only a node that has them all takes it", async () => {
  await using world = await World.open({ tags: { role: "web", zone: "a" } });
  const [bare] = await openNodes(world, "bare");
  await world.put("both", { tags: { role: "web:1", zone: "a" } });
  await world.put("other", { tags: { role: "web:1", zone: "b" } });
  await world.run("other");
  await world.runOne("both");
  await bare.poll();
  assert.deepEqual(bare.held, []);
  assert.deepEqual(await world.each("both", "node_name"), ["n1"]);
  await world.states("other", "queued");
});
