import assert from "node:assert/strict";
import { nodeKey, nodeTable, putNode, StoreChange } from "../../src/store/mod.ts";
import { TestNode } from "./semantics_node.ts";
import { World } from "./semantics_world.ts";

/** The stored record of a node. */
async function stored(world: World, name: string) {
  return await world.carillon.server.store.read(nodeTable, nodeKey(name));
}

/** Notes in a node's record that it is silent, as keeping house does. */
async function noteSilent(world: World, name: string, silentSince = world.clock.now()): Promise<void> {
  const entry = await stored(world, name);
  assert.ok(entry.value);
  const change = new StoreChange();
  putNode(change, entry, { ...entry.value, silentSince });
  assert.equal((await world.carillon.server.store.commit(change)).outcome, "applied");
}

Deno.test("Agents.poll() takes the note of a node's silence away before it gives it anything", async () => {
  await using world = await World.open({ agent: false });
  const node = new TestNode(world, "n");
  await node.register();
  await noteSilent(world, "n");
  await world.put("job");
  await world.run("job");
  await node.takes();
  assert.equal((await stored(world, "n")).value?.silentSince, undefined);
});

Deno.test("Broker.look() gives nothing to a node that was noted as silent since it polled", async () => {
  await using world = await World.open({ agent: false });
  const node = new TestNode(world, "n");
  await node.register();
  await world.put("job");
  const { liveness } = world.carillon.server;
  const heard = Promise.withResolvers<void>();
  const hear = liveness.heard.bind(liveness);
  // Else keeping house would soon take the note away: the node is heard, after all.
  const isAlive = liveness.isAlive.bind(liveness);
  Object.assign(liveness, { heard: (name: string) => (heard.resolve(), hear(name)), isAlive: () => false });
  const polling = node.poll();
  // By then its record was read.
  await heard.promise;
  await noteSilent(world, "n");
  const noted = (await stored(world, "n")).versionstamp;
  await world.run("job");
  await polling;
  assert.deepEqual(node.held, []);
  assert.equal((await stored(world, "n")).versionstamp, noted);
  Object.assign(liveness, { isAlive });
  await node.takes();
});

Deno.test("A node that was forgotten is no member, is told to register, and is given work then", async () => {
  await using world = await World.open({ agent: false });
  const node = new TestNode(world, "n");
  await node.register();
  const { liveness } = world.carillon.server;
  const isAlive = liveness.isAlive.bind(liveness);
  const silentMs = liveness.silentMs.bind(liveness);
  Object.assign(liveness, { isAlive: () => false, silentMs: () => 3_600_000 });
  // A round of keeping house that began before would take the note away.
  await world.pass(70_000);
  await noteSilent(world, "n", 1);
  await world.until(async () => {
    await world.pass(70_000);
    return (await stored(world, "n")).value === null;
  });
  Object.assign(liveness, { isAlive, silentMs });
  const members: { Name: string }[] = await (await world.send("GET", "/v1/members")).json();
  assert.deepEqual(members.map(({ Name }) => Name), ["n1"], "the server alone");
  await assert.rejects(node.poll(), { code: "not_found" });
  await node.register();
  await world.put("job");
  await world.run("job");
  await node.takes();
});
