import assert from "node:assert/strict";
import { loneGroup } from "../../src/model/mod.ts";
import { RUNNING } from "../support/running_execution.ts";
import { World } from "./semantics_world.ts";

const SUCCEEDS = { executor_config: { ends: "success" } };

/** Body of a request that stores the job `job`. */
function body(owner: string) {
  return { name: "job", schedule: "@manually", executor: "held", owner };
}

/** The ETag of the job `job`. */
async function etag(world: World): Promise<string> {
  const response = await world.send("GET", "/v1/jobs/job");
  await response.body?.cancel();
  return response.headers.get("etag") ?? "";
}

/** Runs the job `job` with headers; answers status and group. */
async function run(world: World, headers: HeadersInit): Promise<[number, string | null]> {
  const response = await world.request("POST", "/v1/jobs/job/run", undefined, headers);
  await response.body?.cancel();
  return [response.status, response.headers.get("x-carillon-group")];
}

Deno.test("If-Match: a write with the job's ETag is taken, a stale one is 412", async () => {
  await using world = await World.open();
  await world.put("job");
  const first = await etag(world);
  await world.send("PUT", "/v1/jobs/job", body("a"), { "if-match": first });
  const { code } = await world.refused(412, "PUT", "/v1/jobs/job", body("b"), { "if-match": first });
  assert.equal(code, "stale");
  assert.equal((await world.job("job")).owner, "a");
  await world.refused(412, "POST", "/v1/jobs/job/toggle", undefined, { "if-match": first });
  await world.refused(412, "DELETE", "/v1/jobs/job", undefined, { "if-match": first });
  await world.send("DELETE", "/v1/jobs/job", undefined, { "if-match": await etag(world) });
});

Deno.test("If-Match: the ETag of a deleted job does not fit the one made anew", async () => {
  await using world = await World.open();
  await world.put("job");
  const first = await etag(world);
  await world.send("DELETE", "/v1/jobs/job");
  await world.refused(412, "PUT", "/v1/jobs/job", body("x"), { "if-match": first });
  await world.put("job");
  await world.refused(412, "PUT", "/v1/jobs/job", body("x"), { "if-match": first });
});

Deno.test("If-Match: of two writes at once with the same ETag one is taken", async () => {
  await using world = await World.open();
  await world.put("job");
  const headers = { "if-match": await etag(world) };
  const answers = await Promise.all(
    ["a", "b"].map((owner) => world.request("PUT", "/v1/jobs/job", body(owner), headers)),
  );
  assert.deepEqual(answers.map(({ status }) => status).toSorted((a, b) => a - b), [201, 412]);
  for (const answer of answers) await answer.body?.cancel();
});

Deno.test("A run does not change the job's ETag", async () => {
  await using world = await World.open();
  await world.put("job", SUCCEEDS);
  const before = await etag(world);
  await world.run("job");
  await world.states("job", "success");
  assert.equal(await etag(world), before);
});

Deno.test("Idempotency-Key: the same key starts one group, also at once and after a restart", async () => {
  await using world = await World.open();
  await world.put("job", SUCCEEDS);
  const key = { "idempotency-key": "k" };
  const answers = await Promise.all([run(world, key), run(world, key)]);
  await world.states("job", "success");
  await world.restartAt(60_000);
  answers.push(await run(world, key));
  assert.equal(new Set(answers.map(String)).size, 1);
  await world.states("job", "success");
  await run(world, { "idempotency-key": "other" });
  await world.states("job", "success", "success");
});

Deno.test("Idempotency-Key: one that was refused is not answered as started", async () => {
  await using world = await World.open();
  await world.put("job", { concurrency: "forbid" });
  await world.runOne("job");
  const key = { "idempotency-key": "k" };
  assert.equal((await run(world, key))[0], 409);
  assert.equal((await run(world, key))[0], 409);
});

Deno.test("Idempotency-Key: another job's same key starts that job, and so does a job made anew", async () => {
  await using world = await World.open();
  const key = { "idempotency-key": "k" };
  await world.put("job", SUCCEEDS);
  await run(world, key);
  await world.states("job", "success");
  await world.send("DELETE", "/v1/jobs/job");
  await world.put("job", SUCCEEDS);
  await run(world, key);
  await world.states("job", "success");
});

Deno.test("A run answers 200 at once with the job, and the group's id in X-Carillon-Group", async () => {
  await using world = await World.open({ agent: false });
  await world.put("job");
  const response = await world.send("POST", "/v1/jobs/job/run");
  assert.equal((await response.json()).name, "job");
  const group = response.headers.get("x-carillon-group") ?? "";
  const [queued] = await world.states("job", "queued");
  assert.ok(group !== "" && queued?.id.startsWith(group));
  assert.equal(response.headers.get("x-carillon-outcome"), null);
});

Deno.test("?wait=true answers when the group has ended, after its last attempt", async () => {
  await using world = await World.open();
  await world.put("job", { retries: 1 });
  let answered = false;
  const waiting = world.send("POST", "/v1/jobs/job/run?wait=true").then((response) => {
    answered = true;
    return response;
  });
  await world.begun("job");
  world.runs.fail("job");
  await world.begun("job");
  assert.equal(answered, false);
  world.runs.end("job");
  const response = await world.during(waiting);
  assert.equal(response.headers.get("x-carillon-outcome"), "success");
  const job = await response.json();
  assert.deepEqual([job.success_count, job.error_count], [1, 0]);
});

Deno.test("?wait=true of a run whose history was removed answers that it has ended, and that its outcome is unknown", async () => {
  await using world = await World.open();
  await world.put("job", SUCCEEDS);
  const key = { "idempotency-key": "k" };
  const first = await world.during(world.request("POST", "/v1/jobs/job/run?wait=true", undefined, key));
  assert.equal(first.headers.get("x-carillon-outcome"), "success");
  await world.send("DELETE", "/v1/jobs/job/executions");
  const again = await world.during(world.request("POST", "/v1/jobs/job/run?wait=true", undefined, key));
  const group = first.headers.get("x-carillon-group");
  assert.deepEqual([again.status, again.headers.get("x-carillon-group")], [200, group]);
  assert.equal(again.headers.get("x-carillon-outcome"), "unknown");
  const removedMeanwhile = await world.carillon.server.runs.ended(loneGroup(RUNNING), AbortSignal.any([]));
  assert.deepEqual([removedMeanwhile.state, removedMeanwhile.outcome], ["ended", null]);
});

Deno.test("?wait=true of a run that is refused answers 409", async () => {
  await using world = await World.open();
  await world.put("job", { concurrency: "forbid" });
  await world.runOne("job");
  await world.refused(409, "POST", "/v1/jobs/job/run?wait=true");
});

Deno.test("PUT replaces all fields, own ones too", async () => {
  await using world = await World.open();
  await world.put("job", { retries: 2, timeout: "5s", concurrency: "forbid", owner: "x", priority: 7 });
  const job = await world.put("job");
  assert.deepEqual(
    [job.retries, job.timeout, job.concurrency, job.owner, job.priority],
    [0, null, "allow", "", 4],
  );
});

Deno.test("Counters and last results outlive a restart", async () => {
  await using world = await World.open();
  await world.put("job");
  await world.runOne("job");
  world.runs.end("job");
  await world.states("job", "success");
  await world.runOne("job");
  world.runs.fail("job");
  await world.untilEqual(() => world.counts("job"), [1, 1]);
  const { last_success, last_error, status } = await world.job("job");
  await world.restartAt(60_000);
  await world.until(async () => {
    const job = await world.job("job");
    assert.deepEqual(
      [job.success_count, job.error_count, job.last_success, job.last_error, job.status],
      [1, 1, last_success, last_error, status],
    );
    return true;
  });
});
