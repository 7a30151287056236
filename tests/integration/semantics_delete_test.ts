import assert from "node:assert/strict";
import { MINUTE, World } from "./semantics_world.ts";

const SUCCEEDS = { executor_config: { ends: "success" } };

/** Heads of stored keys that belong to a job; effects, waiting and held runs among them. */
const OF_A_JOB = new Set(
  "job rev due held cursor backlog gap gate group exec q running taken stat out effect join tomb".split(" "),
);

/** Keys of everything that is stored of jobs. */
async function leftovers(world: World): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of world.carillon.engine.kv.list({ prefix: [] })) {
    const [head = "", child] = key;
    if (OF_A_JOB.has(String(head)) || (head === "graph" && child === "edge")) found.push(key.join("/"));
  }
  return found;
}

Deno.test("Deleting frees the name at once and lets a running run end; no retry, no dependents", async () => {
  await using world = await World.open();
  await world.put("job", { retries: 3 });
  await world.runOne("job");
  await world.send("DELETE", "/v1/jobs/job");
  await world.refused(404, "GET", "/v1/jobs/job");
  await world.put("job", { executor_config: { ends: "success" } });
  await world.put("child", { ...SUCCEEDS, schedule: "", depends_on: [{ job: "job", on: "always" }] });
  assert.equal(world.runs.of("job")[0]?.stopped, null);
  world.runs.fail("job");
  await world.pass(10_000);
  assert.deepEqual(world.runs.begun, ["job"], "no retry, no dependents");
  assert.deepEqual(await world.counts("job"), [0, 0]);
});

Deno.test("A job deleted and made again under its name is a new job with its own history", async () => {
  await using world = await World.open();
  const first = await world.put("job", { ...SUCCEEDS, concurrency: "forbid" });
  await world.run("job");
  await world.states("job", "success");
  await world.send("DELETE", "/v1/jobs/job");
  const second = await world.put("job", { concurrency: "forbid" });
  assert.notEqual(first.uid, second.uid);
  assert.deepEqual(await world.executions("job"), []);
  assert.deepEqual(await world.counts("job"), [0, 0]);
  await world.runOne("job");
  await world.states("job", "running");
});

Deno.test("Deleting cancels queued runs", async () => {
  await using world = await World.open({ slots: 1 });
  await world.put("blocker");
  await world.put("job");
  await world.runOne("blocker");
  await world.run("job");
  await world.states("job", "queued");
  await world.send("DELETE", "/v1/jobs/job");
  world.runs.end("blocker");
  await world.put("after", SUCCEEDS);
  await world.run("after");
  await world.states("after", "success");
  assert.deepEqual(world.runs.begun, ["blocker", "after"]);
});

Deno.test("Deleting a paused job cancels what the pause held", async () => {
  await using world = await World.open();
  await world.put("job");
  await world.send("POST", "/v1/jobs/job/pause");
  await world.run("job");
  await world.send("DELETE", "/v1/jobs/job");
  await world.put("after", SUCCEEDS);
  await world.run("after");
  await world.states("after", "success");
  await world.untilEqual(async () => (await leftovers(world)).filter((key) => key.startsWith("q/")), []);
  assert.deepEqual(world.runs.begun, ["after"]);
});

Deno.test("Deleting with ?cancel=true stops running runs", async () => {
  await using world = await World.open();
  await world.put("job");
  const run = await world.runOne("job");
  await world.send("DELETE", "/v1/jobs/job?cancel=true");
  await world.until(() => run.stopped === "cancel");
});

Deno.test("Deleting frees the job's places in shared gates, when its run has ended", async () => {
  await using world = await World.open();
  const shared = { concurrency_key: "disk", concurrency: "queue" };
  await world.put("gone", shared);
  await world.put("stays", shared);
  await world.runOne("gone");
  await world.run("stays");
  await world.send("DELETE", "/v1/jobs/gone");
  await world.pass(5_000);
  await world.states("stays", "queued");
  world.runs.end("gone");
  await world.begun("stays");
});

Deno.test("Deleting takes a waiter out of a shared gate", async () => {
  await using world = await World.open();
  const shared = { concurrency_key: "disk", concurrency: "queue" };
  await world.put("holds", shared);
  await world.put("waits", shared);
  await world.runOne("holds");
  await world.run("waits");
  await world.send("DELETE", "/v1/jobs/waits");
  await world.pass(5_000);
  world.runs.end("holds");
  await world.states("holds", "success");
  await world.runOne("holds");
  assert.deepEqual(world.runs.begun, ["holds", "holds"]);
});

Deno.test("Deleting leaves nothing of the job in the store after its last end", async () => {
  await using world = await World.open();
  await world.put("parent", SUCCEEDS);
  const fields = { schedule: "0 * * * * *", concurrency: "forbid", retries: 1 };
  await world.put("job", fields);
  await world.restartAt(3 * MINUTE + 30_000);
  const run = await world.begun("job");
  run.write("x".repeat(10_000));
  await world.pass(3_000);
  await world.put("job", { ...fields, parent_job: "parent", owner: "me" });
  await world.request("POST", "/v1/jobs/job/run");
  await world.send("POST", "/v1/jobs/job/pause");
  await world.send("DELETE", "/v1/jobs/job");
  run.end({ success: false, exitCode: 1 });
  await world.send("DELETE", "/v1/jobs/parent");
  await world.pass(15_000);
  await world.untilEqual(() => leftovers(world), []);
});

Deno.test("Deleting leaves nothing of a run that was lost", async () => {
  await using world = await World.open();
  await world.put("job");
  const run = await world.runOne("job");
  run.write("x".repeat(10_000));
  await world.pass(3_000);
  await world.restartAt(MINUTE);
  await world.states("job", "lost");
  await world.send("DELETE", "/v1/jobs/job");
  await world.pass(10_000);
  await world.untilEqual(() => leftovers(world), []);
});

Deno.test("A job that is deleted while the server is down for its run ends all the same", async () => {
  await using world = await World.open();
  await world.put("job", { retries: 2 });
  await world.runOne("job");
  await world.send("DELETE", "/v1/jobs/job");
  await world.restartAt(MINUTE);
  await world.pass(10_000);
  await world.untilEqual(() => leftovers(world), []);
  assert.deepEqual(world.runs.begun, ["job"]);
});

Deno.test("An ephemeral job is deleted by its first success", async () => {
  await using world = await World.open();
  await world.put("once", { ephemeral: true });
  await world.runOne("once");
  world.runs.fail("once");
  await world.states("once", "failed");
  await world.runOne("once");
  world.runs.end("once");
  await world.until(async () => {
    const response = await world.request("GET", "/v1/jobs/once");
    await response.body?.cancel();
    return response.status === 404;
  });
});
