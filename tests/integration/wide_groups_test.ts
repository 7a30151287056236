import assert from "node:assert/strict";
import type { Engine } from "../../src/kv/mod.ts";
import { MAX_TARGETS } from "../../src/model/mod.ts";
import { broadcast, counted, WIDE_PROFILES, WideWorld } from "./wide_world.ts";

/** The same test on each kind of store. */
function onEach(name: string, test: (profile: Engine["profile"]) => Promise<void>): void {
  for (const [kind, profile] of Object.entries(WIDE_PROFILES)) Deno.test(`${name} (${kind})`, () => test(profile));
}

const BY_HAND = { by: "test", force: false, idempotencyKey: null };

onEach("a broadcast to 1,000 nodes runs once on each, and ends when all have ended", async (profile) => {
  const world = await WideWorld.open(profile, 1_000);
  await world.peer.jobs.put(broadcast("all"), { ifMatch: null, restore: false });
  const started = await world.peer.runs.start("all", BY_HAND);
  assert.equal(await world.unmade(), 1_000);
  await world.peer.expander.pass();
  assert.equal(await world.unmade(), 0);
  assert.equal((await world.executions()).length, 1_000);
  await world.take();
  assert.deepEqual([...world.held].filter(([, held]) => held.length !== 1), []);
  await world.end("success", world.names.slice(1));
  assert.equal((await world.groups())[0]?.state, "open");
  await world.end("success");
  const [group] = await world.groups();
  assert.equal(group?.id, started.id);
  assert.deepEqual([group?.state, group?.outcome, group?.targets.length], ["ended", "success", 1_000]);
  const executions = await world.executions();
  assert.deepEqual(counted(executions.map(({ state }) => state)), { success: 1_000 });
  assert.equal(new Set(executions.map((execution) => "node" in execution && execution.node)).size, 1_000);
});
