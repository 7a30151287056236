import assert from "node:assert/strict";
import { openApp } from "./open_app.ts";
import { readJob, send, shellJob, store } from "./requests.ts";

Deno.test("GET /v1/jobs/:job answers every field of v1 with Dkron's nulls", async () => {
  await using app = await openApp();
  await store(app, shellJob("fields"));
  const { next, ...job } = await readJob(await app.request("/v1/jobs/fields"));
  assert.match(next, /^\d{4}-\d\d-\d\dT00:00:00Z$/);
  const expected = {
    id: "fields",
    name: "fields",
    displayname: "",
    timezone: "",
    schedule: "0 0 0 * * *",
    owner: "",
    owner_email: "",
    success_count: 0,
    error_count: 0,
    last_success: null,
    last_error: null,
    disabled: false,
    tags: null,
    metadata: null,
    retries: 0,
    dependent_jobs: null,
    parent_job: "",
    processors: {},
    concurrency: "allow",
    executor: "shell",
    executor_config: { command: "echo hi" },
    status: "",
    ephemeral: false,
    starts_at: null,
    expires_at: null,
  };
  assert.deepEqual(Object.fromEntries(Object.entries(job).slice(0, Object.keys(expected).length)), expected);
});

Deno.test("GET /v1/jobs/:job answers Go's zero time as next of a job that is never due", async () => {
  await using app = await openApp();
  await store(app, shellJob("by-hand", { schedule: "@manually" }));
  assert.equal((await readJob(await app.request("/v1/jobs/by-hand"))).next, "0001-01-01T00:00:00Z");
});

Deno.test("POST /v1/jobs stores every field that a client may write", async () => {
  await using app = await openApp();
  const written = shellJob("all-fields", {
    displayname: "All fields",
    timezone: "Europe/Berlin",
    owner: "Ops",
    owner_email: "ops@example.org",
    disabled: true,
    tags: { role: "web:2" },
    metadata: { team: "a" },
    retries: 3,
    processors: { log: { forward: "true" } },
    concurrency: "forbid",
    ephemeral: true,
    starts_at: "2030-01-01T00:00:00Z",
    expires_at: "2031-01-01T00:00:00Z",
  });
  await store(app, written);
  const job = await readJob(await app.request("/v1/jobs/all-fields"));
  for (const [key, value] of Object.entries(written)) assert.deepEqual(Reflect.get(job, key), value, key);
});

Deno.test("POST /v1/jobs reads null as Go does: as the zero value", async () => {
  await using app = await openApp();
  const job = await store(
    app,
    shellJob("nulls", {
      displayname: null,
      timezone: null,
      owner: null,
      disabled: null,
      tags: null,
      metadata: { a: null },
      retries: null,
      dependent_jobs: null,
      parent_job: null,
      processors: { log: null },
      concurrency: null,
      starts_at: null,
    }),
  );
  assert.deepEqual([job.displayname, job.disabled, job.tags, job.retries, job.concurrency], [
    "",
    false,
    null,
    0,
    "allow",
  ]);
  assert.deepEqual([job.metadata, job.processors], [{ a: "" }, { log: {} }]);
});

Deno.test("POST /v1/jobs reads keys in any case and bodies of any content type", async () => {
  await using app = await openApp();
  const body = '{"NAME":"loud","Schedule":"@daily","EXECUTOR":"shell","Executor_Config":{"command":"date"}}';
  const job = await readJob(await send(app, "POST", "/v1/jobs", body, { "content-type": "text/plain" }), 201);
  assert.deepEqual([job.name, job.schedule, job.executor], ["loud", "@daily", "shell"]);
});

Deno.test("POST /v1/jobs reads starts_at to the minute, in UTC", async () => {
  await using app = await openApp();
  const job = await store(app, shellJob("minute", { starts_at: "2030-06-01T12:30" }));
  assert.equal(job.starts_at, "2030-06-01T12:30:00Z");
});

Deno.test("POST /v1/jobs ignores read-only fields without a word", async () => {
  await using app = await openApp();
  const body = shellJob("read-only", { id: "x", success_count: 500, error_count: "no", status: 1, next: {} });
  const response = await send(app, "POST", "/v1/jobs?strict", body);
  assert.equal(response.headers.get("warning"), null);
  const job = await readJob(response, 201);
  assert.deepEqual([job.id, job.success_count, job.error_count, job.status], ["read-only", 0, 0, ""]);
});

Deno.test("POST /v1/jobs takes back what GET answered", async () => {
  await using app = await openApp();
  const retry = { attempts: 2, delay: "5s", exit_codes: [75] };
  await store(app, shellJob("again", { retry, misfire: { policy: "all" }, timeout: "1m", max_concurrent: 3 }));
  const { uid: _uid, revision, updated_at: _at, ...first } = await readJob(await app.request("/v1/jobs/again"));
  const response = await send(app, "PUT", "/v1/jobs/again?strict", first);
  const { uid: _u, revision: next, updated_at: _t, ...second } = await readJob(response, 201);
  assert.deepEqual(second, first);
  assert.ok(next >= revision);
});
