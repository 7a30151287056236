import assert from "node:assert/strict";
import { at, MINUTE, SECOND, World } from "./semantics_world.ts";

const SUCCEEDS = { executor_config: { ends: "success" } };

/** Runs a job so many times, one after the other, each to its end. */
async function runTimes(world: World, name: string, count: number): Promise<void> {
  const [before] = await world.counts(name);
  for (let i = 0; i < count; i++) await world.run(name);
  await world.until(async () => (await world.counts(name))[0] === before + count);
}

Deno.test("Retention: the newest count started executions are kept", async () => {
  await using world = await World.open();
  await world.put("job", { ...SUCCEEDS, retention: { count: 3 } });
  for (let round = 1; round <= 3; round++) {
    await runTimes(world, "job", 5);
    const newest = (await world.executions("job")).slice(-3).map(({ id }) => id);
    await world.untilEqual(() => world.each("job", "id"), newest);
  }
  assert.deepEqual(await world.counts("job"), [15, 0], "counters go on");
});

Deno.test("Retention: 100 started by default", async () => {
  await using world = await World.open();
  await world.put("job", SUCCEEDS);
  await runTimes(world, "job", 105);
  await world.until(async () => (await world.executions("job")).length === 100);
});

Deno.test("Retention: skipped ones are counted apart, 100 are kept", async () => {
  await using world = await World.open();
  await world.put("job", { concurrency: "forbid", retention: { count: 2 } });
  await world.runOne("job");
  for (let i = 0; i < 105; i++) await (await world.request("POST", "/v1/jobs/job/run")).body?.cancel();
  await world.until(async () => {
    await world.pass(SECOND);
    return (await world.executions("job")).length === 101;
  });
  const states = await world.each("job", "state");
  assert.deepEqual([states[0], states.filter((state) => state === "skipped").length], ["running", 100]);
});

Deno.test("Retention: what runs is never removed", async () => {
  await using world = await World.open();
  await world.put("job", { retention: { count: 1 } });
  const old = await world.runOne("job");
  await world.put("job", { ...SUCCEEDS, retention: { count: 1 } });
  await runTimes(world, "job", 5);
  await world.pass(5 * SECOND);
  assert.ok((await world.executions("job")).some(({ id, state }) => id === old.id && state === "running"));
  old.end();
  await world.until(async () => (await world.executions("job")).every(({ state }) => state === "success"));
});

Deno.test("Retention: with an execution goes its output", async () => {
  await using world = await World.open();
  await world.put("job", { retention: { count: 1 } });
  for (let i = 0; i < 3; i++) {
    const run = await world.runOne("job");
    run.write("x".repeat(20_000));
    run.end();
    await world.until(async () => (await world.counts("job"))[0] === i + 1);
  }
  await world.until(async () => {
    const owners = new Set<string>();
    for await (const { key } of world.carillon.engine.kv.list({ prefix: ["out"] })) owners.add(String(key[1]));
    return owners.size === 1 && (await world.executions("job")).length === 1;
  });
});

Deno.test("Gaps: both ends inclusive, one for each reason, newest first", async () => {
  await using world = await World.open();
  const fields = { schedule: "0 * * * * *", concurrency: "forbid", misfire: { policy: "skip" } };
  await world.put("job", fields);
  await world.passTo(MINUTE);
  await world.begun("job");
  await world.passTo(3 * MINUTE);
  await world.until(async () => (await world.gaps("job"))[0]?.count === 2);
  world.runs.end("job");
  await world.states("job", "success");
  await world.restartAt(6 * MINUTE + 30 * SECOND);
  const expected = [
    { from: at(2 * MINUTE), to: at(3 * MINUTE), count: 2, reason: "overlap" },
    { from: at(4 * MINUTE), to: at(6 * MINUTE), count: 3, reason: "missed" },
  ];
  await world.untilEqual(() => world.gaps("job"), expected);
  const response = await world.send("GET", "/v1/jobs/job/gaps");
  assert.deepEqual(await response.json(), expected.toReversed());
});

Deno.test("Every nominal time has an execution or lies in a gap", async () => {
  await using world = await World.open();
  const fields = { schedule: "*/5 * * * * *", concurrency: "forbid", misfire: { policy: "last" } };
  await world.put("job", fields);
  await world.passTo(12 * SECOND);
  await world.begun("job");
  await world.passTo(28 * SECOND);
  world.runs.end("job");
  await world.states("job", "success");
  await world.restartAt(2 * MINUTE + 2 * SECOND);
  await world.begun("job");
  await world.put("job", { ...fields, owner: "me" });
  await world.passTo(2 * MINUTE + 20 * SECOND);
  world.runs.end("job");
  await world.passTo(2 * MINUTE + 42 * SECOND);
  await world.untilEqual(async () => {
    const due = (await world.each("job", "due_at")).map((time) => Date.parse(time ?? ""));
    const gaps = (await world.gaps("job")).flatMap(({ from, to, count }) => {
      const times = Array.from({ length: count }, (_, i) => Date.parse(from) + i * 5_000);
      assert.equal(times.at(-1), Date.parse(to));
      return times;
    });
    const upTo = Date.parse(at(2 * MINUTE + 40 * SECOND));
    return [...due, ...gaps].filter((time) => time <= upTo).toSorted((a, b) => a - b);
  }, Array.from({ length: 32 }, (_, i) => Date.parse(at((i + 1) * 5 * SECOND))));
});
