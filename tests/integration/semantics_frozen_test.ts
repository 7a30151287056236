import assert from "node:assert/strict";
import { openNodes } from "./semantics_node.ts";
import { SECOND, World } from "./semantics_world.ts";

Deno.test("Lost: a server that was frozen itself calls nothing lost before it has listened for lost_after again", async () => {
  await using world = await World.open({ agent: false });
  const [node] = await openNodes(world, "remote");
  await world.put("job");
  await world.run("job");
  await node.takes();
  await node.start();
  await world.states("job", "running");
  await world.clock.jump(90 * SECOND);
  await world.pass(10 * SECOND);
  await node.poll();
  await world.states("job", "running");
  assert.deepEqual(await world.counts("job"), [0, 0]);
});

Deno.test("Outcome of a group: a retry that is skipped after a failure is no silent end", async () => {
  await using world = await World.open({ agent: false });
  const [node] = await openNodes(world, "a");
  await world.put("job", { retry: { attempts: 1, delay: "1m" } });
  await world.run("job");
  await node.takes();
  await node.end("failed");
  await node.leave();
  await world.pass(10 * SECOND);
  await world.states("job", "failed", "skipped");
  assert.deepEqual(await world.counts("job"), [0, 1]);
});
