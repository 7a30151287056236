import assert from "node:assert/strict";
import { at, MINUTE, SECOND, World } from "./semantics_world.ts";

Deno.test("Overlap forbid: a due time is refused while a run goes on, and becomes a gap", async () => {
  await using world = await World.open();
  await world.put("nightly", { schedule: "0 * * * * *", concurrency: "forbid" });
  await world.pass(MINUTE);
  await world.begun("nightly");
  await world.pass(2 * MINUTE);
  await world.untilEqual(() => world.gaps("nightly"), [{
    from: at(2 * MINUTE),
    to: at(3 * MINUTE),
    count: 2,
    reason: "overlap",
  }]);
  world.runs.end("nightly");
  await world.states("nightly", "success");
  await world.pass(MINUTE);
  await world.begun("nightly");
  assert.equal((await world.executions("nightly")).length, 2);
});

Deno.test("Overlap forbid: a manual run that is refused answers 409 overlap and is recorded as skipped", async () => {
  await using world = await World.open();
  await world.put("solo", { concurrency: "forbid" });
  await world.runOne("solo");
  const { code } = await world.refused(409, "POST", "/v1/jobs/solo/run");
  assert.equal(code, "overlap");
  const [, skipped] = await world.states("solo", "running", "skipped");
  assert.deepEqual([skipped?.trigger, skipped?.requested_by], ["manual", "api"]);
  assert.match(skipped?.reason ?? "", /overlap/);
  const shown = await (await world.send("GET", "/v1/jobs/solo/executions")).json();
  assert.equal(shown.length, 1, "v1 lists what started");
  assert.deepEqual(await world.counts("solo"), [0, 0]);
});

Deno.test("Overlap: ?force=true starts beside the holder, and is recorded", async () => {
  await using world = await World.open();
  await world.put("solo", { concurrency: "forbid" });
  await world.runOne("solo");
  await world.run("solo", "?force=true");
  await world.begun("solo", 2);
  const [first, forced] = await world.states("solo", "running", "running");
  assert.equal(first?.requested_by, "api");
  assert.match(forced?.requested_by ?? "", /api.*force/);
});

Deno.test("Overlap forbid: holds through the delay of a retry", async () => {
  await using world = await World.open();
  await world.put("flaky", { concurrency: "forbid", retry: { attempts: 1, delay: "30s" } });
  await world.runOne("flaky");
  world.runs.fail("flaky");
  await world.states("flaky", "failed", "queued");
  await world.refused(409, "POST", "/v1/jobs/flaky/run");
  await world.pass(31 * SECOND);
  await world.begun("flaky");
  world.runs.end("flaky");
  await world.states("flaky", "failed", "success", "skipped");
  await world.runOne("flaky");
});

Deno.test("Overlap forbid: holds through a restart of the server", async () => {
  await using world = await World.open();
  await world.put("solo", { concurrency: "forbid", retry: { attempts: 1, delay: "5m" } });
  await world.runOne("solo");
  world.runs.fail("solo");
  await world.states("solo", "failed", "queued");
  await world.restartAt(MINUTE);
  await world.refused(409, "POST", "/v1/jobs/solo/run");
});

Deno.test("Overlap forbid: holds for a child that its parent starts, recorded as skipped", async () => {
  await using world = await World.open();
  await world.put("parent", { executor_config: { ends: "success" } });
  await world.put("child", { schedule: "", parent_job: "parent", concurrency: "forbid" });
  await world.run("parent");
  await world.begun("child");
  await world.run("parent");
  const [, skipped] = await world.states("child", "running", "skipped");
  assert.equal(skipped?.trigger, "parent");
});

Deno.test("Overlap queue: one waits, a second is refused, the waiter begins at the end", async () => {
  await using world = await World.open();
  await world.put("line", { concurrency: "queue" });
  const first = await world.runOne("line");
  await world.run("line");
  await world.states("line", "running", "queued");
  assert.equal((await world.refused(409, "POST", "/v1/jobs/line/run")).code, "overlap");
  assert.equal(world.runs.of("line").length, 1);
  first.end();
  await world.begun("line");
  await world.states("line", "success", "running", "skipped");
});

Deno.test("Overlap queue: due times wait too, and what the line has no room for becomes a gap", async () => {
  await using world = await World.open();
  await world.put("line", { schedule: "0 * * * * *", concurrency: "queue", queue_limit: 2 });
  await world.pass(MINUTE);
  await world.begun("line");
  await world.pass(3 * MINUTE);
  await world.untilEqual(async () => (await world.gaps("line")).map(({ from, count }) => [from, count]), [
    [at(4 * MINUTE), 1],
  ]);
  for (let i = 0; i < 3; i++) {
    await world.begun("line");
    assert.equal(world.runs.of("line").length, 1);
    world.runs.end("line");
    await world.until(async () => (await world.counts("line"))[0] === i + 1);
  }
  assert.deepEqual(await world.each("line", "due_at"), [at(MINUTE), at(2 * MINUTE), at(3 * MINUTE)]);
});

Deno.test("Overlap replace: the old run is cancelled first, and the new one begins when it has ended", async () => {
  await using world = await World.open();
  await world.put("latest", { concurrency: "replace", executor_config: { deaf: true } });
  const old = await world.runOne("latest");
  await world.run("latest");
  await world.until(() => old.stopped === "cancel");
  await world.states("latest", "running", "queued");
  old.end({ success: false, exitCode: null });
  const [cancelled] = await world.states("latest", "cancelled", "running");
  assert.match(cancelled?.reason ?? "", /replace/);
});

Deno.test("Overlap replace: an older waiter is superseded", async () => {
  await using world = await World.open();
  await world.put("latest", { concurrency: "replace", executor_config: { deaf: true } });
  const old = await world.runOne("latest");
  await world.run("latest");
  await world.run("latest");
  const [, superseded] = await world.states("latest", "running", "skipped", "queued");
  assert.match(superseded?.reason ?? "", /supersede/);
  old.end({ success: false, exitCode: null });
  await world.states("latest", "cancelled", "skipped", "running");
});

Deno.test("Overlap replace: a due time replaces the run of the one before", async () => {
  await using world = await World.open();
  await world.put("latest", { schedule: "0 * * * * *", concurrency: "replace" });
  await world.pass(MINUTE);
  await world.begun("latest");
  await world.pass(MINUTE);
  const [, second] = await world.states("latest", "cancelled", "running");
  assert.equal(second?.due_at, at(2 * MINUTE));
  assert.deepEqual(await world.gaps("latest"), []);
});

Deno.test("Overlap allow with max_concurrent waits for a place, first come first", async () => {
  await using world = await World.open();
  await world.put("pair", { max_concurrent: 2 });
  for (let i = 0; i < 4; i++) await world.run("pair");
  await world.begun("pair", 2);
  await world.states("pair", "running", "running", "queued", "queued");
  world.runs.end("pair");
  await world.states("pair", "success", "running", "running", "queued");
  assert.equal(world.runs.of("pair").length, 2);
});

Deno.test("concurrency_key is one gate for several jobs", async () => {
  await using world = await World.open();
  await world.put("backup", { concurrency: "forbid", concurrency_key: "disk" });
  await world.put("scrub", { concurrency: "queue", concurrency_key: "disk" });
  await world.runOne("backup");
  await world.run("scrub");
  await world.states("scrub", "queued");
  world.runs.end("backup");
  await world.begun("scrub");
  await world.refused(409, "POST", "/v1/jobs/backup/run");
});

Deno.test("An edit that adds a gate counts the runs that go on", async () => {
  await using world = await World.open();
  await world.put("loose");
  await world.runOne("loose");
  await world.put("loose", { concurrency: "forbid" });
  await world.refused(409, "POST", "/v1/jobs/loose/run");
  world.runs.end("loose");
  await world.states("loose", "success", "skipped");
  await world.runOne("loose");
});
