import assert from "node:assert/strict";
import { at, HOUR, MINUTE, SECOND, START_MS, World } from "./semantics_world.ts";

const HOURLY = {
  schedule: "0 0 * * * *",
  misfire: { policy: "all", window: "24h" },
  executor_config: { ends: "success" },
};

/** What became of a job's times: those that ran, and those in gaps. */
async function fates(world: World, name: string) {
  return { ran: await world.each(name, "due_at"), gaps: (await world.gaps(name)).map(({ from, to }) => [from, to]) };
}

Deno.test("An edit of the schedule text sets the cursor to now: times of the new text before it are not due", async () => {
  await using world = await World.open();
  await world.put("job", { ...HOURLY, schedule: "0 0 12 * * *" });
  await world.restartAt(39 * MINUTE + 30 * SECOND);
  await world.put("job", { ...HOURLY, schedule: "0 */10 * * * *" });
  assert.equal((await world.job("job")).next, at(40 * MINUTE));
  await world.passTo(40 * MINUTE);
  await world.states("job", "success");
  assert.deepEqual(await fates(world, "job"), { ran: [at(40 * MINUTE)], gaps: [] });
});

Deno.test("An edit of the zone sets the cursor to now", async () => {
  await using world = await World.open();
  await world.put("job", { ...HOURLY, schedule: "0 0 1 * * *" });
  await world.put("job", { ...HOURLY, schedule: "0 0 1 * * *", timezone: "Europe/Berlin" });
  assert.equal((await world.job("job")).next, at(24 * HOUR));
});

Deno.test("Other edits keep the cursor: nothing missed is forgotten", async () => {
  await using world = await World.open();
  await world.put("job", { ...HOURLY, executor_config: { ends: 1 } });
  await world.restartAt(90 * MINUTE);
  await world.put("job", { ...HOURLY, owner: "me" });
  await world.until(async () => (await world.each("job", "due_at"))[0] === at(HOUR));
});

Deno.test("Times while disabled are not due times", async () => {
  await using world = await World.open();
  await world.put("job", { ...HOURLY, disabled: true });
  await world.restartAt(3 * HOUR + 30 * MINUTE);
  await world.send("POST", "/v1/jobs/job/toggle");
  assert.equal((await world.job("job")).next, at(4 * HOUR));
  await world.restartAt(4 * HOUR + MINUTE);
  await world.states("job", "success");
  assert.deepEqual(await fates(world, "job"), { ran: [at(4 * HOUR)], gaps: [] });
});

Deno.test("Times outside starts_at and expires_at are not due times", async () => {
  await using world = await World.open();
  await world.put("job", { ...HOURLY, starts_at: at(2 * HOUR), expires_at: at(4 * HOUR) });
  assert.equal((await world.job("job")).next, at(2 * HOUR));
  await world.restartAt(9 * HOUR);
  await world.states("job", "success", "success", "success");
  assert.deepEqual(await fates(world, "job"), { ran: [2, 3, 4].map((hour) => at(hour * HOUR)), gaps: [] });
});

Deno.test("Times between the end of expires_at and its extension are no due times of a later pause", async () => {
  await using world = await World.open();
  await world.put("job", { ...HOURLY, expires_at: at(HOUR) });
  await world.restartAt(4 * HOUR + MINUTE);
  await world.states("job", "success");
  await world.put("job", { ...HOURLY, expires_at: at(9 * HOUR) });
  await world.send("POST", "/v1/jobs/job/pause", { policy: "all" });
  await world.restartAt(5 * HOUR + MINUTE);
  await world.send("POST", "/v1/jobs/job/unpause");
  await world.states("job", "success", "success");
  assert.deepEqual(await fates(world, "job"), { ran: [at(HOUR), at(5 * HOUR)], gaps: [] });
});

Deno.test("Times while it had a parent are no due times of a later pause", async () => {
  await using world = await World.open();
  await world.put("parent");
  await world.put("job", { ...HOURLY, parent_job: "parent" });
  await world.restartAt(3 * HOUR + MINUTE);
  await world.put("job", HOURLY);
  await world.send("POST", "/v1/jobs/job/pause", { policy: "all" });
  await world.restartAt(4 * HOUR + MINUTE);
  await world.send("POST", "/v1/jobs/job/unpause");
  await world.states("job", "success");
  assert.deepEqual(await fates(world, "job"), { ran: [at(4 * HOUR)], gaps: [] });
});

Deno.test("An edit of starts_at sets the cursor to now", async () => {
  await using world = await World.open();
  await world.put("job", { ...HOURLY, starts_at: at(12 * HOUR) });
  await world.passTo(MINUTE);
  await world.put("job", { ...HOURLY, starts_at: null });
  assert.equal((await world.job("job")).next, at(HOUR));
});

Deno.test("Jitter: due = nominal + less than min(jitter, half the gap to the next), the same each time", async () => {
  await using world = await World.open();
  const bounds = { narrow: ["10s", 10 * SECOND], wide: ["1h", 30 * SECOND] } as const;
  for (const [name, [jitter, most]] of Object.entries(bounds)) {
    await world.put(name, { schedule: "0 * * * * *", jitter, executor_config: { ends: "success" } });
    const lateMs = Date.parse((await world.job(name)).next) - START_MS - MINUTE;
    assert.ok(lateMs >= 0 && lateMs < most, `${name}: ${lateMs} ms`);
  }
  const { next } = await world.job("wide");
  await world.put("wide", {
    schedule: "0 * * * * *",
    jitter: "1h",
    owner: "other",
    executor_config: { ends: "success" },
  });
  assert.equal((await world.job("wide")).next, next);
  await world.passTo(MINUTE + 30 * SECOND);
  for (const name of Object.keys(bounds)) {
    await world.states(name, "success");
    assert.deepEqual(await world.each(name, "due_at"), [at(MINUTE)]);
    assert.deepEqual(await world.each(name, "trigger"), ["schedule"]);
  }
});

Deno.test("@after_end counts from the end of the last run, also when the job is edited while it runs", async () => {
  await using world = await World.open();
  await world.put("chain", { schedule: "@after_end 30s" });
  await world.passTo(30 * SECOND);
  await world.begun("chain");
  await world.put("chain", { schedule: "@after_end 30s", owner: "other" });
  await world.passTo(2 * MINUTE);
  world.runs.end("chain");
  await world.states("chain", "success");
  await world.until(async () => {
    const nextMs = Date.parse((await world.job("chain")).next) - START_MS - 2 * MINUTE;
    return nextMs >= 30 * SECOND && nextMs < 40 * SECOND;
  });
});

Deno.test("@after_end goes on after a time that was refused", async () => {
  await using world = await World.open();
  const gate = { concurrency: "forbid", concurrency_key: "disk" };
  await world.put("chain", { ...gate, schedule: "@after_end 30s", executor_config: { ends: "success" } });
  await world.put("other", gate);
  await world.runOne("other");
  await world.passTo(40 * SECOND);
  await world.untilEqual(async () => (await world.gaps("chain")).map(({ reason }) => reason), ["overlap"]);
  world.runs.end("other");
  await world.states("other", "success");
  await world.pass(30 * SECOND);
  await world.states("chain", "success");
});
