import { TESTER } from "../support/tester.ts";
import assert from "node:assert/strict";
import { MAX_TARGETS } from "../../src/model/mod.ts";
import { broadcast, BY_HAND, counted, onEach, WIDE_PROFILES, WideWorld } from "./wide_world.ts";

onEach("targets that are still to be made count as queued runs of their job", async (profile) => {
  const world = await WideWorld.open(profile, 600);
  await world.peer.jobs.put(broadcast("all"), { ifMatch: null, restore: false }, TESTER);
  await world.peer.runs.start("all", BY_HAND, TESTER);
  await world.peer.runs.start("all", BY_HAND, TESTER);
  await assert.rejects(world.peer.runs.start("all", BY_HAND, TESTER), { code: "overlap", message: /queue full/ });
  assert.equal(await world.unmade(), 1_200);
});

onEach(
  "a history shorter than a group loses its oldest executions, and the group with the last of them",
  async (profile) => {
    const world = await WideWorld.open(profile, 150);
    await world.peer.jobs.put(broadcast("all", { retentionCount: 20 }), { ifMatch: null, restore: false }, TESTER);
    for (let broadcasts = 1; broadcasts <= 2; broadcasts++) {
      await world.peer.runs.start("all", BY_HAND, TESTER);
      await world.peer.expander.pass();
      await world.take();
      await world.end("success", world.names.slice(0, 100));
      await world.peer.retention.pass();
      assert.equal((await world.groups()).filter(({ state }) => state === "open").length, 1);
      await world.end("success");
      while (await world.peer.retention.pass());
      assert.equal((await world.executions()).length, 20);
      assert.deepEqual((await world.groups()).filter(({ state }) => state === "open"), []);
    }
    assert.ok((await world.groups()).length <= 1);
  },
);

Deno.test("a group of more than 5,000 targets is refused: by hand with an error, by schedule with a gap", async () => {
  const world = await WideWorld.open(WIDE_PROFILES["one writer"], MAX_TARGETS + 1);
  const refusal = `more than ${MAX_TARGETS} targets`;
  await world.peer.jobs.put(broadcast("all", { schedule: "@every 1m" }), { ifMatch: null, restore: false }, TESTER);
  await assert.rejects(world.peer.runs.start("all", BY_HAND, TESTER), {
    code: "too_large",
    message: `Cannot run job "all": it would have ${refusal}`,
  });
  assert.deepEqual((await world.executions()).map((execution) => "reason" in execution && execution.reason), [refusal]);
  world.clock.advance(60_000);
  await world.round();
  assert.deepEqual((await world.openGaps()).map(({ reason, count }) => [reason, count]), [[refusal, 1]]);
  world.clock.advance(130_000);
  for (let rounds = 0; rounds < 6; rounds++) await world.round();
  assert.deepEqual(counted((await world.gaps()).map(({ reason }) => reason)), { [refusal]: 2, missed: 1 });
  await world.forget(world.names.at(-1) ?? "");
  await world.peer.runs.start("all", BY_HAND, TESTER);
  await world.peer.expander.pass();
  assert.equal((await world.executions()).filter(({ state }) => state === "queued").length, MAX_TARGETS);
});
