import assert from "node:assert/strict";
import { MINUTELY, pause, ranAt, unpause } from "./semantics_pauses.ts";
import { at, MINUTE, SECOND, World } from "./semantics_world.ts";

Deno.test("Cluster pause: again, it changes policy and end and keeps its beginning; two in a row keep their own", async () => {
  await using world = await World.open();
  await world.put("job", MINUTELY);
  const { from } = await pause(world) ?? {};
  assert.equal((await pause(world, { policy: "all", note: "longer" }))?.from, from);
  await world.passTo(2 * MINUTE + 30 * SECOND);
  await unpause(world);
  await pause(world, { policy: "skip" });
  await world.passTo(4 * MINUTE + 30 * SECOND);
  await unpause(world);
  await ranAt(world, "job", 1, 2);
  const gap = { from: at(3 * MINUTE), to: at(4 * MINUTE), count: 2, reason: "paused" };
  await world.untilEqual(() => world.gaps("job"), [gap]);
});

Deno.test("Cluster pause: what is missed before it is missed, and what is held back in it follows its policy", async () => {
  await using world = await World.open();
  await world.put("job", { ...MINUTELY, misfire: { policy: "all" } });
  await world.put("slow", { ...MINUTELY, misfire: { policy: "skip" } });
  await world.restartAt(2 * MINUTE + 30 * SECOND);
  await ranAt(world, "job", 1, 2);
  await pause(world, { policy: "last" });
  await world.passTo(4 * MINUTE + 5 * SECOND);
  await unpause(world);
  await ranAt(world, "job", 1, 2, 4);
  await ranAt(world, "slow", 4);
  const held = { from: at(3 * MINUTE), to: at(3 * MINUTE), count: 1, reason: "paused" };
  const missed = { from: at(MINUTE), to: at(2 * MINUTE), count: 2, reason: "missed" };
  await world.untilEqual(() => world.gaps("job"), [held]);
  await world.untilEqual(() => world.gaps("slow"), [missed, held]);
});

Deno.test("Cluster pause: jobs changed meanwhile keep their held times, new and rescheduled ones count from then", async () => {
  await using world = await World.open();
  await world.put("same", MINUTELY);
  await world.put("other", MINUTELY);
  await pause(world, { policy: "all" });
  await world.passTo(2 * MINUTE + 30 * SECOND);
  await world.put("same", { ...MINUTELY, owner: "me" });
  await world.put("other", { ...MINUTELY, schedule: "0 */2 * * * *" });
  await world.put("new", MINUTELY);
  await world.passTo(4 * MINUTE + 30 * SECOND);
  await unpause(world);
  await ranAt(world, "same", 1, 2, 3, 4);
  await ranAt(world, "other", 4);
  await ranAt(world, "new", 3, 4);
});

Deno.test("Cluster pause around a job's pause: the job's policy decides over what its own pause has held back", async () => {
  await using world = await World.open();
  await world.put("job", MINUTELY);
  await pause(world, { policy: "skip" });
  await world.passTo(MINUTE + 30 * SECOND);
  await world.send("POST", "/v1/jobs/job/pause", { policy: "all" });
  await world.passTo(3 * MINUTE + 30 * SECOND);
  await world.send("POST", "/v1/jobs/job/unpause");
  await world.passTo(5 * MINUTE + 30 * SECOND);
  await world.states("job");
  await unpause(world);
  await ranAt(world, "job", 1, 2, 3);
  const gap = { from: at(4 * MINUTE), to: at(5 * MINUTE), count: 2, reason: "paused" };
  await world.untilEqual(() => world.gaps("job"), [gap]);
});

Deno.test("Cluster pause inside a job's pause: the job stays held until its own has ended, and its policy decides", async () => {
  await using world = await World.open();
  await world.put("job", MINUTELY);
  await world.send("POST", "/v1/jobs/job/pause", { policy: "last" });
  await world.run("job");
  await world.passTo(MINUTE + 30 * SECOND);
  await pause(world, { policy: "all" });
  await world.passTo(2 * MINUTE + 30 * SECOND);
  await unpause(world);
  await world.passTo(3 * MINUTE + 30 * SECOND);
  await world.states("job", "queued");
  await world.send("POST", "/v1/jobs/job/unpause");
  await world.states("job", "success", "success");
  assert.deepEqual(await world.each("job", "due_at"), [null, at(3 * MINUTE)]);
  const gap = { from: at(MINUTE), to: at(2 * MINUTE), count: 2, reason: "paused" };
  await world.untilEqual(() => world.gaps("job"), [gap]);
});

Deno.test("Cluster pause that ends inside a job's pause, or begins in it: no time is lost, none runs twice", async () => {
  await using world = await World.open();
  await world.put("early", MINUTELY);
  await world.put("late", MINUTELY);
  await world.send("POST", "/v1/jobs/early/pause", { policy: "all" });
  await world.passTo(MINUTE + 30 * SECOND);
  await pause(world, { policy: "all" });
  await world.passTo(2 * MINUTE + 30 * SECOND);
  await world.send("POST", "/v1/jobs/early/unpause");
  await world.send("POST", "/v1/jobs/late/pause", { policy: "all" });
  await world.passTo(3 * MINUTE + 30 * SECOND);
  await world.states("early");
  await unpause(world);
  await ranAt(world, "early", 1, 2, 3);
  await world.passTo(4 * MINUTE + 30 * SECOND);
  await ranAt(world, "late", 1);
  await world.send("POST", "/v1/jobs/late/unpause");
  await ranAt(world, "late", 1, 2, 3, 4);
  await ranAt(world, "early", 1, 2, 3, 4);
  assert.deepEqual([...await world.gaps("early"), ...await world.gaps("late")], []);
});

Deno.test("Cluster pause: /v1/pause is another setting, and neither ends the other", async () => {
  await using world = await World.open();
  await world.put("job", MINUTELY);
  await world.send("POST", "/v1/pause");
  await pause(world);
  await world.send("POST", "/v1/unpause");
  await world.passTo(MINUTE + 5 * SECOND);
  assert.deepEqual(await world.executions("job"), []);
  await world.send("POST", "/v1/pause");
  await unpause(world);
  assert.deepEqual(await (await world.send("GET", "/v1/pause")).json(), { paused: true });
});
