import assert from "node:assert/strict";
import { clusterPauseAnswerSchema, pausedAnswerSchema } from "../../routes/wire/cluster_answer.ts";
import { openApp } from "./open_app.ts";
import { readJob, readJson, refusedWith, send, shellJob, store } from "./requests.ts";

Deno.test("POST /v1/jobs answers 201 with Location, also when it replaces", async () => {
  await using app = await openApp();
  for (const owner of ["a", "b"]) {
    const response = await send(app, "POST", "/v1/jobs", shellJob("new", { owner }));
    assert.equal(response.headers.get("location"), "/v1/jobs/new");
    assert.equal((await readJob(response, 201)).owner, owner);
  }
});

Deno.test("PATCH /v1/jobs and PUT /v1/jobs/:job replace all fields, as POST", async () => {
  await using app = await openApp();
  await store(app, shellJob("whole", { owner: "a", metadata: { a: "b" } }));
  const patched = await readJob(await send(app, "PATCH", "/v1/jobs", shellJob("whole")), 201);
  assert.deepEqual([patched.owner, patched.metadata], ["", null]);
  const put = await readJob(await send(app, "PUT", "/v1/jobs/whole", shellJob("whole", { owner: "c" })), 201);
  assert.equal(put.owner, "c");
  await refusedWith(await send(app, "PATCH", "/v1/jobs", { name: "whole", owner: "z" }), 400, "invalid");
});

Deno.test("PUT /v1/jobs/:job uses the body's name, as Dkron, with a warning", async () => {
  await using app = await openApp();
  const response = await send(app, "PUT", "/v1/jobs/path", shellJob("body"));
  assert.match(response.headers.get("warning") ?? "", /differs from the path/);
  assert.equal((await readJob(response, 201)).name, "body");
  assert.equal((await app.request("/v1/jobs/path")).status, 404);
  await refusedWith(await send(app, "PUT", "/v1/jobs/path?strict", shellJob("body")), 400, "invalid");
});

Deno.test("GET /v1/jobs/:job answers 404 for a job that does not exist", async () => {
  await using app = await openApp();
  await refusedWith(await app.request("/v1/jobs/none"), 404, "not_found");
});

Deno.test("POST /v1/jobs answers 404 for a parent that does not exist, and lists children of one that does", async () => {
  await using app = await openApp();
  const child = shellJob("child", { schedule: "", parent_job: "parent" });
  await refusedWith(await send(app, "POST", "/v1/jobs", child), 404, "not_found");
  await store(app, shellJob("parent"));
  await store(app, child);
  assert.deepEqual((await readJob(await app.request("/v1/jobs/parent"))).dependent_jobs, ["child"]);
});

Deno.test("POST /v1/jobs refuses a cycle of parents with its path", async () => {
  await using app = await openApp();
  await store(app, shellJob("a"));
  await store(app, shellJob("b", { parent_job: "a" }));
  const response = await send(app, "POST", "/v1/jobs", shellJob("a", { parent_job: "b" }));
  await refusedWith(response, 400, "cycle");
});

Deno.test("DELETE /v1/jobs/:job answers the deleted job, 404 for a parent and for none", async () => {
  await using app = await openApp();
  await store(app, shellJob("parent"));
  await store(app, shellJob("child", { parent_job: "parent" }));
  await refusedWith(await send(app, "DELETE", "/v1/jobs/parent"), 404, "has_dependents");
  assert.equal((await readJob(await send(app, "DELETE", "/v1/jobs/child"))).name, "child");
  assert.equal((await readJob(await send(app, "DELETE", "/v1/jobs/parent"))).name, "parent");
  await refusedWith(await send(app, "DELETE", "/v1/jobs/parent"), 404, "not_found");
});

Deno.test("POST /v1/jobs/:job/toggle flips disabled", async () => {
  await using app = await openApp();
  await store(app, shellJob("switch"));
  assert.equal((await readJob(await send(app, "POST", "/v1/jobs/switch/toggle"))).disabled, true);
  assert.equal((await readJob(await send(app, "POST", "/v1/jobs/switch/toggle"))).disabled, false);
  await refusedWith(await send(app, "POST", "/v1/jobs/none/toggle"), 404, "not_found");
});

Deno.test("If-Match refuses a write to a job that has changed with 412", async () => {
  await using app = await openApp();
  const first = await send(app, "POST", "/v1/jobs", shellJob("race"));
  await first.body?.cancel();
  const etag = first.headers.get("etag") ?? "";
  assert.match(etag, /^"[^"]+-\d+"$/);
  const match = { "if-match": etag };
  const second = await send(app, "PUT", "/v1/jobs/race", shellJob("race", { owner: "a" }), match);
  assert.equal((await readJob(second, 201)).owner, "a");
  await refusedWith(await send(app, "PUT", "/v1/jobs/race", shellJob("race"), match), 412, "stale");
  await refusedWith(await send(app, "POST", "/v1/jobs/race/toggle", undefined, match), 412, "stale");
  await refusedWith(await send(app, "DELETE", "/v1/jobs/race", undefined, match), 412, "stale");
  await refusedWith(await send(app, "DELETE", "/v1/jobs/race", undefined, { "if-match": "race" }), 400, "invalid");
  await refusedWith(await send(app, "POST", "/v1/jobs", shellJob("new"), { "if-match": "*" }), 412, "stale");
});

Deno.test("POST /v1/pause refuses new jobs with 503 until /v1/unpause, and nothing else", async () => {
  await using app = await openApp();
  await store(app, shellJob("old"));
  const paused = async (method: string, path: string) => await (await send(app, method, path)).json();
  assert.deepEqual(await paused("GET", "/v1/pause"), { paused: false });
  assert.deepEqual(await paused("POST", "/v1/pause"), { paused: true });
  assert.deepEqual(await paused("GET", "/v1/pause"), { paused: true });
  const refused = await send(app, "POST", "/v1/jobs", shellJob("new"));
  assert.match(await refused.clone().text(), /paused/);
  await refusedWith(refused, 503, "paused");
  assert.equal((await readJob(await send(app, "POST", "/v1/jobs/old/toggle"))).disabled, true);
  assert.deepEqual(await paused("POST", "/v1/unpause"), { paused: false });
  await store(app, shellJob("new"));
});

Deno.test("POST /v1/cluster/pause answers the stored interval, again it keeps its beginning, unpause ends it", async () => {
  await using app = await openApp();
  const pauseOf = async (method: string, path: string, body?: unknown) => {
    return clusterPauseAnswerSchema.parse(await readJson(await send(app, method, path, body), 200)).pause;
  };
  assert.equal(await pauseOf("GET", "/v1/cluster/pause"), null);
  const first = await pauseOf("POST", "/v1/cluster/pause");
  assert.deepEqual({ ...first, from: "" }, { from: "", to: null, policy: "skip", note: "", by: "api" });
  const to = "2999-01-01T00:00:00Z";
  const again = await pauseOf("POST", "/v1/cluster/pause", { policy: "all", note: "deploy", to });
  assert.deepEqual(again, { from: first?.from, to, policy: "all", note: "deploy", by: "api" });
  assert.deepEqual(await pauseOf("GET", "/v1/cluster/pause"), again);
  await store(app, shellJob("new"));
  const { paused } = pausedAnswerSchema.parse(await readJson(await send(app, "GET", "/v1/pause"), 200));
  assert.equal(paused, false, "another setting");
  assert.equal(await pauseOf("POST", "/v1/cluster/unpause"), null);
  assert.equal(await pauseOf("POST", "/v1/cluster/unpause"), null);
  assert.equal(await pauseOf("GET", "/v1/cluster/pause"), null);
});

Deno.test("POST /v1/jobs/:job/pause stores policy and note, unpause ends it", async () => {
  await using app = await openApp();
  await store(app, shellJob("held"));
  const paused = await readJob(await send(app, "POST", "/v1/jobs/held/pause", { policy: "all", note: "deploy" }));
  assert.deepEqual([paused.pause?.policy, paused.pause?.note], ["all", "deploy"]);
  assert.equal((await readJob(await send(app, "POST", "/v1/jobs/held/unpause"))).pause, null);
  assert.equal((await readJob(await send(app, "POST", "/v1/jobs/held/pause"))).pause?.policy, "skip");
  await refusedWith(await send(app, "POST", "/v1/jobs/held/pause", { policy: "some" }), 400, "invalid");
  await refusedWith(await send(app, "POST", "/v1/jobs/none/pause"), 404, "not_found");
});
