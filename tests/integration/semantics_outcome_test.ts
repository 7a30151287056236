import assert from "node:assert/strict";
import { openNodes } from "./semantics_node.ts";
import { World } from "./semantics_world.ts";

/** A job that every one of two nodes has begun. */
async function onTwoNodes(world: World, fields: Record<string, unknown> = {}) {
  const nodes = await openNodes(world, "a", "b");
  await world.put("wide", fields);
  await world.run("wide");
  for (const node of nodes) await node.takes();
  return nodes;
}

/** What a job's row says of its last group. */
async function verdict(world: World) {
  const { status, success_count, error_count } = await world.job("wide");
  return [status, success_count, error_count];
}

Deno.test("Outcome of a group: all success is success, counted once for all nodes", async () => {
  await using world = await World.open({ agent: false });
  const [a, b] = await onTwoNodes(world);
  await a.end("success");
  assert.deepEqual(await verdict(world), ["", 0, 0]);
  await b.end("success");
  await world.untilEqual(() => verdict(world), ["success", 1, 0]);
  assert.equal(new Set(await world.each("wide", "group")).size, 1);
});

Deno.test("Outcome of a group: some success is partially_failed, one error", async () => {
  await using world = await World.open({ agent: false });
  const [a, b] = await onTwoNodes(world);
  await a.end("success");
  await b.end("failed");
  await world.untilEqual(() => verdict(world), ["partially_failed", 0, 1]);
});

Deno.test("Outcome of a group: none success is failed, one error", async () => {
  await using world = await World.open({ agent: false });
  const [a, b] = await onTwoNodes(world);
  await a.end("failed");
  await b.end("cancelled");
  await world.untilEqual(() => verdict(world), ["failed", 0, 1]);
});

Deno.test("Outcome of a group: all cancelled is cancelled, which counts nowhere", async () => {
  await using world = await World.open({ agent: false });
  const [a, b] = await onTwoNodes(world);
  for (const { held } of [a, b]) {
    await world.send("POST", `/v1/jobs/wide/executions/${held[0]?.execution}/cancel`);
  }
  for (const node of [a, b]) {
    assert.deepEqual(await node.poll(), [node.held[0]?.execution]);
    await node.end("cancelled");
  }
  await world.states("wide", "cancelled", "cancelled");
  assert.deepEqual(await verdict(world), ["", 0, 0]);
});

Deno.test("Outcome of a group: the last attempt of each target decides", async () => {
  await using world = await World.open({ agent: false });
  const [a, b] = await onTwoNodes(world, { retries: 1 });
  await a.end("failed");
  await b.end("success");
  await a.takes();
  assert.deepEqual(await verdict(world), ["", 0, 0], "not before the end of the last attempt");
  await a.end("success");
  await world.untilEqual(() => verdict(world), ["success", 1, 0]);
});

Deno.test("Default target: no tags is every live node; a node that joins later is no part of the group", async () => {
  await using world = await World.open({ agent: false });
  const [a, b] = await onTwoNodes(world);
  const [late] = await openNodes(world, "late");
  await late.poll();
  assert.deepEqual(late.held, []);
  await a.end("success");
  await b.end("success");
  await world.untilEqual(() => verdict(world), ["success", 1, 0]);
  assert.deepEqual((await world.each("wide", "node_name")).toSorted(), ["a", "b"]);
});

Deno.test("Default target: a node that was not heard of for 15 s is no target", async () => {
  await using world = await World.open({ agent: false });
  const [a] = await openNodes(world, "a", "silent");
  await world.pass(16_000);
  await a.poll();
  await world.put("wide");
  await world.run("wide");
  await a.takes();
  await a.end("success");
  await world.untilEqual(() => verdict(world), ["success", 1, 0]);
});

Deno.test("Default target: what is queued for a node that leaves is skipped with that reason", async () => {
  await using world = await World.open({ agent: false });
  const [a, b] = await openNodes(world, "a", "b");
  await world.put("wide");
  await world.run("wide");
  await a.takes();
  await b.leave();
  await a.end("success");
  const skipped = await world.until(async () => {
    await a.poll();
    await world.pass(1_000);
    return (await world.executions("wide")).find(({ state }) => state === "skipped");
  });
  assert.match(skipped.reason ?? "", /left/);
});

Deno.test("Default target: with no node alive, one execution waits for the first", async () => {
  await using world = await World.open({ agent: false });
  await world.put("wide");
  await world.run("wide");
  await world.states("wide", "queued");
  const [first, second] = await openNodes(world, "first", "second");
  await first.takes();
  await second.poll();
  assert.deepEqual(second.held, []);
  await first.end("success");
  await world.untilEqual(() => verdict(world), ["success", 1, 0]);
});
