import assert from "node:assert/strict";
import { type App, openApp } from "./open_app.ts";
import { readJob, readJson, refusedWith, shellJob, store } from "./requests.ts";

async function restore(app: App, text: string, field = "file"): Promise<Response> {
  const form = new FormData();
  form.set(field, new Blob([text]), "jobs.json");
  return await app.request("/v1/restore", { method: "POST", body: form });
}

Deno.test("POST /v1/restore stores jobs in any order and answers JSON in a JSON string", async () => {
  await using app = await openApp();
  await store(app, shellJob("other"));
  const jobs = [shellJob("child", { schedule: "", parent_job: "parent" }), shellJob("parent", { next: "ignored" })];
  const lines: unknown = JSON.parse(String(await readJson(await restore(app, JSON.stringify(jobs)), 200)));
  assert.deepEqual(lines, ["success create parent", "success create child"]);
  assert.equal((await readJob(await app.request("/v1/jobs/child"))).parent_job, "parent");
  assert.equal((await app.request("/v1/jobs/other")).status, 200);
});

Deno.test("POST /v1/restore answers 404 without a file and 400 for bad jobs, naming each", async () => {
  await using app = await openApp();
  await refusedWith(await restore(app, "[]", "other"), 404, "not_found");
  await refusedWith(await app.request("/v1/restore", { method: "POST", body: "[]" }), 404, "not_found");
  await refusedWith(await restore(app, "{"), 400, "invalid");
  await refusedWith(await restore(app, "{}"), 400, "invalid");
  const bad = JSON.stringify([shellJob("good"), shellJob("Bad"), shellJob("worse", { retries: -1 })]);
  assert.deepEqual(await refusedWith(await restore(app, bad), 400, "invalid"), ["1.name", "2.retries"]);
  assert.equal((await app.request("/v1/jobs/good")).status, 404);
});
