import assert from "node:assert/strict";
import { executionAnswerSchema } from "../../routes/wire/execution_answer.ts";
import { eventually } from "../support/eventually.ts";
import { type App, openApp } from "./open_app.ts";
import { readExecutions, readJob, readJson, refusedWith, send, shellJob, store } from "./requests.ts";

async function run(app: App, name: string, query = "?wait=true", headers?: HeadersInit): Promise<Response> {
  return await send(app, "POST", `/v1/jobs/${name}/run${query}`, undefined, headers);
}

Deno.test("POST /v1/jobs/:job/run answers 200 with the job, Location and X-Carillon-Group", async () => {
  await using app = await openApp();
  await store(app, shellJob("now"));
  for (const path of ["/v1/jobs/now/run", "/v1/jobs/now"]) {
    const response = await send(app, "POST", path);
    assert.equal(response.headers.get("location"), path);
    assert.match(response.headers.get("x-carillon-group") ?? "", /^[0-9a-z]{20}$/);
    assert.equal((await readJob(response)).name, "now");
  }
});

Deno.test("POST /v1/jobs/:job/run?wait=true answers when the group has ended", async () => {
  await using app = await openApp();
  await store(app, shellJob("waited"));
  const response = await run(app, "waited");
  assert.equal(response.headers.get("x-carillon-outcome"), "success");
  const job = await readJob(response);
  assert.deepEqual([job.status, job.success_count, job.error_count], ["success", 1, 0]);
  assert.notEqual(job.last_success, null);
});

Deno.test("POST /v1/jobs/:job/run answers 404 for an unknown and for a disabled job", async () => {
  await using app = await openApp();
  await refusedWith(await run(app, "none"), 404, "not_found");
  await store(app, shellJob("off", { disabled: true }));
  await refusedWith(await run(app, "off"), 404, "disabled");
});

Deno.test("POST /v1/jobs/:job/run with the same Idempotency-Key starts one group", async () => {
  await using app = await openApp();
  await store(app, shellJob("once"));
  const groups = [];
  for (const key of ["k1", "k1", "k2"]) {
    const response = await run(app, "once", "", { "idempotency-key": key });
    await readJob(response);
    groups.push(response.headers.get("x-carillon-group"));
  }
  assert.equal(new Set(groups).size, 2);
  await refusedWith(await run(app, "once", "", { "idempotency-key": "x".repeat(201) }), 400, "invalid");
});

Deno.test("GET /v1/jobs/:job/executions lists what started, newest first, with Dkron's fields", async () => {
  await using app = await openApp();
  await store(app, shellJob("history"));
  await readJob(await run(app, "history"));
  await readJob(await run(app, "history"));
  const response = await app.request("/v1/jobs/history/executions");
  assert.equal(response.headers.get("x-total-count"), "2");
  const text = await response.clone().text();
  assert.match(text, /"group":\d{19},/);
  const [newest, oldest] = await readExecutions(response);
  assert.ok(newest && oldest && newest.id > oldest.id);
  assert.deepEqual([newest.job_name, newest.success, newest.output, newest.attempt], ["history", true, "hi\n", 1]);
  assert.deepEqual([newest.state, newest.exit_code, newest.output_truncated], ["success", 0, false]);
  assert.match(newest.started_at, /^\d{4}-.*Z$/);
  assert.notEqual(newest.finished_at, "0001-01-01T00:00:00Z");
  assert.notEqual(newest.node_name, "");
});

Deno.test("GET /v1/jobs/:job/executions answers [] without any, 404 without the job", async () => {
  await using app = await openApp();
  await store(app, shellJob("fresh"));
  assert.equal(await (await app.request("/v1/jobs/fresh/executions")).text(), "[]");
  await refusedWith(await app.request("/v1/jobs/none/executions"), 404, "not_found");
});

Deno.test("GET /v1/jobs/:job/executions shortens output to its last bytes, and pages when asked", async () => {
  await using app = await openApp();
  await store(app, shellJob("paged", { executor_config: { command: "echo abcdef" } }));
  for (let i = 0; i < 3; i++) await readJob(await run(app, "paged"));
  const path = "/v1/jobs/paged/executions";
  const [short] = await readExecutions(await app.request(`${path}?output_size_limit=3`));
  assert.deepEqual([short?.output, short?.output_truncated], ["ef\n", true]);
  const [none] = await readExecutions(await app.request(`${path}?output_size_limit=0`));
  assert.equal(none?.output, undefined);
  const [whole] = await readExecutions(await app.request(`${path}?output_size_limit=-1`));
  assert.equal(whole?.output, "abcdef\n");
  const page = await app.request(`${path}?_start=1&_end=2`);
  assert.equal(page.headers.get("x-total-count"), "3");
  assert.equal((await readExecutions(page)).length, 1);
  const oldestFirst = await readExecutions(await app.request(`${path}?_order=ASC`));
  assert.ok((oldestFirst[0]?.id ?? "") < (oldestFirst[2]?.id ?? ""));
  await refusedWith(await app.request(`${path}?_sort=nonsense`), 400, "invalid");
  await refusedWith(await app.request(`${path}?state=nonsense`), 400, "invalid");
});

Deno.test("GET /v1/jobs/:job/executions/:execution answers one, 404 for none", async () => {
  await using app = await openApp();
  await store(app, shellJob("single", { executor_config: { command: "exit 3", shell: "true" } }));
  await readJob(await run(app, "single"));
  const [execution] = await readExecutions(await app.request("/v1/jobs/single/executions"));
  const path = `/v1/jobs/single/executions/${execution?.id}`;
  const one = executionAnswerSchema.parse(await readJson(await app.request(path), 200));
  assert.deepEqual([one.id, one.success, one.exit_code, one.state], [execution?.id, false, 3, "failed"]);
  await refusedWith(await app.request("/v1/jobs/single/executions/none"), 404, "not_found");
});

Deno.test("DELETE /v1/jobs/:job/executions empties that job's history alone and zeroes its counters", async () => {
  await using app = await openApp();
  for (const name of ["pj", "pj1"]) {
    await store(app, shellJob(name));
    await readJob(await run(app, name));
  }
  const job = await readJob(await send(app, "DELETE", "/v1/jobs/pj/executions"));
  assert.deepEqual([job.success_count, job.last_success], [0, null]);
  assert.equal((await readExecutions(await app.request("/v1/jobs/pj/executions"))).length, 0);
  assert.equal((await readExecutions(await app.request("/v1/jobs/pj1/executions"))).length, 1);
  await refusedWith(await send(app, "DELETE", "/v1/jobs/none/executions"), 404, "not_found");
});

Deno.test("GET /v1/busy lists what runs, cancel ends it", async () => {
  await using app = await openApp();
  await store(app, shellJob("long", { executor_config: { command: "sleep 60" }, concurrency: "forbid" }));
  await readJob(await run(app, "long", ""));
  const busy = await eventually(async () => {
    const response = await app.request("/v1/busy");
    assert.equal(response.headers.get("x-total-count"), "1");
    return (await readExecutions(response)).find((execution) => execution.state === "running");
  });
  assert.deepEqual([busy.success, busy.finished_at, busy.output], [false, "0001-01-01T00:00:00Z", undefined]);
  await refusedWith(await run(app, "long", ""), 409, "overlap");
  const path = `/v1/jobs/long/executions/${busy.id}`;
  assert.equal((await send(app, "POST", `${path}/cancel`, { reason: "enough" })).status, 200);
  await eventually(async () => {
    const one = executionAnswerSchema.parse(await readJson(await app.request(path), 200));
    return one.state === "cancelled";
  });
  await refusedWith(await send(app, "POST", "/v1/jobs/long/executions/none/cancel"), 404, "not_found");
});

Deno.test("POST /v1/jobs?runoncreate starts the job after storing it", async () => {
  await using app = await openApp();
  await readJob(await send(app, "POST", "/v1/jobs?runoncreate", shellJob("eager")), 201);
  await eventually(async () => (await readExecutions(await app.request("/v1/jobs/eager/executions")))[0]);
});
