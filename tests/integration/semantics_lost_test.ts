import assert from "node:assert/strict";
import { openNodes, type TestNode } from "./semantics_node.ts";
import { MINUTE, SECOND, World } from "./semantics_world.ts";

/** A world with one node, which has begun a run of the job `job`, and has said so. */
async function withRun(world: World, fields: Record<string, unknown>): Promise<TestNode> {
  const [node] = await openNodes(world, "remote");
  await world.put("job", fields);
  await world.run("job");
  await node.takes();
  await node.start();
  await world.states("job", "running");
  return node;
}

/** What is stored of what the agent of the job's first execution said too late. */
async function lateState(world: World): Promise<string | undefined> {
  const [first] = await world.each("job", "id");
  const execution = await world.carillon.server.views.execution("job", first ?? "");
  return execution && "late" in execution ? execution.late?.state : undefined;
}

Deno.test("Lost: a server that dies with its agent loses its runs, and says why", async () => {
  await using world = await World.open();
  await world.put("job");
  await world.runOne("job");
  await world.restartAt(MINUTE);
  const [lost] = await world.states("job", "lost");
  assert.match(lost?.reason ?? "", /restarted/);
  await world.untilEqual(() => world.counts("job"), [0, 1]);
});

Deno.test("Lost: nothing heard of its node for lost_after", async () => {
  await using world = await World.open({ agent: false });
  await withRun(world, {});
  await world.pass(50 * SECOND);
  await world.states("job", "running");
  await world.pass(20 * SECOND);
  const [lost] = await world.states("job", "lost");
  assert.match(lost?.reason ?? "", /nothing heard of node "remote"/);
  await world.untilEqual(() => world.counts("job"), [0, 1]);
});

Deno.test("Lost: lost_after is the job's own", async () => {
  await using world = await World.open({ agent: false });
  await withRun(world, { lost_after: "25s" });
  await world.pass(35 * SECOND);
  await world.states("job", "lost");
});

Deno.test("Lost: a node that polls keeps its runs", async () => {
  await using world = await World.open({ agent: false });
  const node = await withRun(world, {});
  for (let i = 0; i < 8; i++) {
    await world.pass(10 * SECOND);
    await node.poll(0);
  }
  await world.states("job", "running");
  await node.end("success");
  await world.states("job", "success");
});

Deno.test("on_lost fail: the gate is free at once", async () => {
  await using world = await World.open({ agent: false });
  await withRun(world, { concurrency: "forbid", on_lost: "fail", lost_after: "25s" });
  await world.pass(35 * SECOND);
  await world.states("job", "lost");
  await world.run("job");
  await world.states("job", "lost", "queued");
});

Deno.test("on_lost retry: it uses up an attempt", async () => {
  await using world = await World.open();
  await world.put("job", { on_lost: "retry", retries: 1 });
  await world.runOne("job");
  await world.restartAt(MINUTE);
  await world.begun("job");
  await world.states("job", "lost", "running");
  await world.restartAt(2 * MINUTE);
  await world.states("job", "lost", "lost");
  await world.untilEqual(() => world.counts("job"), [0, 1]);
});

Deno.test("on_lost wait: the place stays held while the node is silent", async () => {
  await using world = await World.open({ agent: false });
  await withRun(world, { concurrency: "forbid", lost_after: "25s" });
  await world.pass(2 * MINUTE);
  await world.states("job", "lost");
  await world.refused(409, "POST", "/v1/jobs/job/run");
  assert.deepEqual(await world.counts("job"), [0, 0], "its group is open");
});

Deno.test("on_lost wait: the place is freed when its agent says that it is over", async () => {
  await using world = await World.open({ agent: false });
  const node = await withRun(world, { concurrency: "queue", lost_after: "25s" });
  await world.run("job");
  await world.pass(40 * SECOND);
  await world.states("job", "lost", "queued");
  await node.end("success");
  await world.untilEqual(() => world.counts("job"), [1, 0]);
  await node.takes();
});

Deno.test("on_lost wait: the place is freed when a new incarnation of its node appears", async () => {
  await using world = await World.open({ agent: false });
  const node = await withRun(world, { concurrency: "queue", lost_after: "25s" });
  await world.run("job");
  await world.pass(40 * SECOND);
  await world.states("job", "lost", "queued");
  node.held = [];
  await node.register("2");
  await node.takes();
  await world.untilEqual(() => world.counts("job"), [0, 1]);
});

Deno.test("on_lost wait: the place is freed when its timeout and grace have passed", async () => {
  await using world = await World.open({ agent: false });
  await withRun(world, { concurrency: "forbid", lost_after: "25s", timeout: "1m", grace: "5s" });
  await world.pass(40 * SECOND);
  await world.states("job", "lost");
  await world.refused(409, "POST", "/v1/jobs/job/run");
  await world.pass(40 * SECOND);
  await world.until(async () => {
    const response = await world.request("POST", "/v1/jobs/job/run");
    await response.body?.cancel();
    return response.ok;
  });
});

Deno.test("on_lost wait is the default where the job has a gate: a restart frees it at once", async () => {
  await using world = await World.open();
  await world.put("job", { concurrency: "queue" });
  await world.runOne("job");
  await world.run("job");
  await world.restartAt(MINUTE);
  await world.begun("job");
  await world.states("job", "lost", "running");
});

Deno.test("A late result is kept on the lost execution and changes nothing once its group has ended", async () => {
  await using world = await World.open({ agent: false });
  const node = await withRun(world, { lost_after: "25s" });
  await world.pass(40 * SECOND);
  await world.states("job", "lost");
  await world.untilEqual(() => world.counts("job"), [0, 1]);
  await node.end("success");
  await world.untilEqual(() => lateState(world), "success");
  await world.states("job", "lost");
  assert.deepEqual(await world.counts("job"), [0, 1]);
});

Deno.test("A late success ends its target and deletes a retry that nobody has claimed", async () => {
  await using world = await World.open({ agent: false });
  const retry = { attempts: 1, delay: "10m" };
  const node = await withRun(world, { lost_after: "25s", on_lost: "retry", retry });
  await world.pass(40 * SECOND);
  await world.states("job", "lost", "queued");
  await node.end("success");
  await world.states("job", "lost");
  await world.untilEqual(() => world.counts("job"), [1, 0]);
});

Deno.test("A late failure leaves the retry as it is", async () => {
  await using world = await World.open({ agent: false });
  const retry = { attempts: 1, delay: "50s" };
  const node = await withRun(world, { lost_after: "25s", on_lost: "retry", retry });
  await world.pass(40 * SECOND);
  await world.states("job", "lost", "queued");
  await node.end("failed");
  await world.untilEqual(() => lateState(world), "failed");
  await world.pass(50 * SECOND);
  await node.takes();
  await node.end("success");
  await world.untilEqual(() => world.counts("job"), [1, 0]);
});

Deno.test("A result that is reported twice counts once", async () => {
  await using world = await World.open({ agent: false });
  const node = await withRun(world, {});
  const [assignment] = node.held;
  assert.ok(assignment);
  await node.report(assignment, "success");
  await node.report(assignment, "failed");
  await world.states("job", "success");
  assert.deepEqual(await world.counts("job"), [1, 0]);
});

Deno.test("on_lost: a run that its agent stopped in a silence is lost, as its policy says", async () => {
  await using world = await World.open({ agent: false });
  const node = await withRun(world, { on_lost: "retry", retries: 1 });
  const [claim] = node.held;
  assert.equal(claim?.stopAfterSilentMs, 45_000);
  await node.end("lost");
  await world.untilEqual(() => world.each("job", "state"), ["lost", "queued"]);
});

Deno.test("on_lost: an agent is told to stop a run in a silence where another may be given its place, and nowhere else", async () => {
  await using world = await World.open({ agent: false });
  const gate = { concurrency: "forbid" };
  const cases: [name: string, fields: Record<string, unknown>, stopAfterMs: number | null][] = [
    ["plain", {}, null],
    ["waits", gate, null],
    ["fails", { ...gate, on_lost: "fail", grace: "20s" }, 35_000],
    ["retries", { on_lost: "retry", lost_after: "2m" }, 105_000],
    ["fails-without-gate", { on_lost: "fail" }, null],
  ];
  const [node] = await openNodes(world, "remote");
  for (const [name, fields, stopAfterMs] of cases) {
    await world.put(name, fields);
    await world.run(name);
    const claim = await node.takes(1);
    assert.deepEqual([claim.jobName, claim.stopAfterSilentMs], [name, stopAfterMs]);
    await node.end("success");
  }
  await world.refused(400, "POST", "/v1/jobs", {
    name: "short",
    schedule: "@manually",
    executor: "held",
    lost_after: "20s",
    grace: "10s",
  });
});

Deno.test("on_lost wait: a run that replaces a lost one waits until that is known to be over", async () => {
  await using world = await World.open({ agent: false });
  const node = await withRun(world, { concurrency: "replace", lost_after: "25s" });
  const [other] = await openNodes(world, "other");
  await world.pass(35 * SECOND);
  await world.states("job", "lost");
  await world.run("job");
  await world.pass(10 * SECOND);
  await other.poll();
  assert.deepEqual(other.held, []);
  await node.poll(0);
  await node.end("success");
  await other.takes();
});
