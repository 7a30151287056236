import assert from "node:assert/strict";
import { at, HOUR, MINUTE, SECOND, World } from "./semantics_world.ts";

const MINUTELY = { schedule: "0 * * * * *", executor_config: { ends: "success" } };

/** Due time and trigger of each execution of a job, oldest first. */
async function started(world: World, name: string) {
  return (await world.executions(name)).map(({ due_at, trigger }) => [due_at, trigger]);
}

Deno.test("Missed times, last: the newest is run as catch-up, the rest becomes a gap", async () => {
  await using world = await World.open();
  await world.put("tick", MINUTELY);
  await world.passTo(MINUTE);
  await world.states("tick", "success");
  await world.restartAt(11 * MINUTE + 30 * SECOND);
  await world.states("tick", "success", "success");
  assert.deepEqual(await started(world, "tick"), [[at(MINUTE), "schedule"], [at(11 * MINUTE), "catch-up"]]);
  const gap = { from: at(2 * MINUTE), to: at(10 * MINUTE), count: 9, reason: "missed" };
  await world.untilEqual(() => world.gaps("tick"), [gap]);
  await world.passTo(12 * MINUTE);
  await world.states("tick", "success", "success", "success");
  assert.deepEqual((await started(world, "tick")).at(-1), [at(12 * MINUTE), "schedule"]);
});

Deno.test("Missed times, last: only when it lies within the window", async () => {
  await using world = await World.open();
  await world.put("daily", { schedule: "0 0 1 * * *", misfire: { policy: "last", window: "30m" } });
  await world.restartAt(2 * HOUR);
  await world.untilEqual(() => world.gaps("daily"), [{ from: at(HOUR), to: at(HOUR), count: 1, reason: "missed" }]);
  assert.deepEqual(await world.executions("daily"), []);
});

Deno.test("Missed times, skip: all become one gap", async () => {
  await using world = await World.open();
  await world.put("tick", { ...MINUTELY, misfire: { policy: "skip" } });
  await world.restartAt(5 * MINUTE + 30 * SECOND);
  const gap = { from: at(MINUTE), to: at(5 * MINUTE), count: 5, reason: "missed" };
  await world.untilEqual(() => world.gaps("tick"), [gap]);
  await world.passTo(6 * MINUTE);
  await world.states("tick", "success");
  assert.deepEqual(await started(world, "tick"), [[at(6 * MINUTE), "schedule"]]);
});

Deno.test("Missed times: what is at most 10 s late is fired on time, whatever the policy", async () => {
  await using world = await World.open();
  await world.put("tick", { ...MINUTELY, misfire: { policy: "skip" } });
  await world.restartAt(5 * MINUTE + 8 * SECOND);
  await world.states("tick", "success");
  assert.deepEqual(await started(world, "tick"), [[at(5 * MINUTE), "schedule"]]);
  const gap = { from: at(MINUTE), to: at(4 * MINUTE), count: 4, reason: "missed" };
  await world.untilEqual(() => world.gaps("tick"), [gap]);
});

Deno.test("Missed times, all: each is run, oldest first, within the window", async () => {
  await using world = await World.open({ slots: 1 });
  const misfire = { policy: "all", window: "30m" };
  await world.put("tenth", { schedule: "0 */10 * * * *", misfire, executor_config: { ends: "success" } });
  await world.restartAt(2 * HOUR + 30 * SECOND);
  await world.states("tenth", "success", "success", "success");
  assert.deepEqual(
    await started(world, "tenth"),
    [100, 110, 120].map((minute) => [at(minute * MINUTE), "catch-up"]),
  );
  const inOrder = (await world.executions("tenth")).map(({ started_at }) => Date.parse(started_at));
  assert.deepEqual(inOrder, inOrder.toSorted((a, b) => a - b));
  const gap = { from: at(10 * MINUTE), to: at(90 * MINUTE), count: 9, reason: "missed" };
  await world.untilEqual(() => world.gaps("tenth"), [gap]);
});

Deno.test("Missed times, all: at most max, the newest", async () => {
  await using world = await World.open();
  await world.put("tick", { ...MINUTELY, misfire: { policy: "all", max: 2 } });
  await world.restartAt(10 * MINUTE + 30 * SECOND);
  await world.states("tick", "success", "success");
  assert.deepEqual(await world.each("tick", "due_at"), [at(9 * MINUTE), at(10 * MINUTE)]);
  await world.untilEqual(async () => (await world.gaps("tick")).map(({ count }) => count), [8]);
});

Deno.test("Missed times of a forbidding job run one after the other, and its on-time times line up behind them", async () => {
  await using world = await World.open();
  await world.put("solo", { schedule: "0 * * * * *", concurrency: "forbid", misfire: { policy: "all" } });
  await world.restartAt(3 * MINUTE + 30 * SECOND);
  await world.begun("solo");
  await world.passTo(4 * MINUTE + 5 * SECOND);
  const order: (string | null | undefined)[] = [];
  const running = async () => (await world.executions("solo")).find(({ state }) => state === "running");
  for (let i = 1; i <= 4; i++) {
    await world.begun("solo");
    assert.equal(world.runs.of("solo").length, 1);
    await world.until(async () => await running() !== undefined);
    order.push((await running())?.due_at);
    world.runs.end("solo");
    await world.until(async () => (await world.counts("solo"))[0] === i);
  }
  assert.deepEqual(order, [1, 2, 3, 4].map((minute) => at(minute * MINUTE)));
  assert.deepEqual(await world.gaps("solo"), []);
});

Deno.test("Missed times survive a second crash: each is run or lies in a gap, once", async () => {
  await using world = await World.open({ agent: false });
  await world.put("tick", { ...MINUTELY, misfire: { policy: "all", max: 5 } });
  await world.restartAt(10 * MINUTE + 30 * SECOND);
  await world.until(async () => (await world.executions("tick")).length > 0);
  await world.restartAt(12 * MINUTE + 30 * SECOND, { agent: true });
  await world.until(async () => (await world.executions("tick")).every(({ state }) => state === "success"));
  await world.until(async () => {
    const gaps = (await world.gaps("tick")).reduce((sum, { count }) => sum + count, 0);
    return (await world.executions("tick")).length + gaps === 12;
  });
  const due = await world.each("tick", "due_at");
  assert.equal(new Set(due).size, due.length);
});

Deno.test("Missed times: a one-off @at is run when the server comes back within the window", async () => {
  await using world = await World.open();
  await world.put("once", { schedule: `@at ${at(MINUTE)}`, executor_config: { ends: "success" } });
  await world.restartAt(30 * MINUTE);
  await world.states("once", "success");
  assert.deepEqual(await started(world, "once"), [[at(MINUTE), "catch-up"]]);
});

Deno.test("Missed times: an @after_end job goes on after an outage longer than its window", async () => {
  await using world = await World.open();
  await world.put("chain", { schedule: "@after_end 30s", executor_config: { ends: "success" } });
  await world.restartAt(3 * HOUR);
  await world.states("chain", "success");
  await world.pass(31 * SECOND);
  await world.states("chain", "success", "success");
});
