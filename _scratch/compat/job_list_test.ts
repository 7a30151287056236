import assert from "node:assert/strict";
import { type App, openApp } from "./open_app.ts";
import { readJobs, refusedWith, shellJob, store } from "./requests.ts";
import { eventually } from "../support/eventually.ts";

async function namesOf(app: App, query: string): Promise<string[]> {
  return (await readJobs(await app.request(`/v1/jobs${query}`))).map((job) => job.name);
}

/** Filters may be a second behind. */
async function listed(app: App, query: string, names: readonly string[]): Promise<void> {
  await eventually(async () => assert.deepEqual(await namesOf(app, query), names) ?? true, { what: query });
}

async function openWithJobs(): Promise<App> {
  const app = await openApp();
  await store(app, shellJob("a", { displayname: "Alpha", metadata: { team: "x", tier: "1" } }));
  await store(app, shellJob("b", { displayname: "Beta", metadata: { team: "x" }, disabled: true }));
  await store(app, shellJob("c", { displayname: "Gamma", metadata: { team: "y" } }));
  await store(app, shellJob("d"));
  return app;
}

Deno.test("GET /v1/jobs lists by name, [] when there is none", async () => {
  await using empty = await openApp();
  assert.equal(await (await empty.request("/v1/jobs")).text(), "[]");
  await using app = await openWithJobs();
  await listed(app, "", ["a", "b", "c", "d"]);
  await listed(app, "?_sort=id", ["a", "b", "c", "d"]);
  await listed(app, "?_order=DESC", ["d", "c", "b", "a"]);
  await listed(app, "?_order=desc", ["a", "b", "c", "d"]);
});

Deno.test("GET /v1/jobs filters by metadata, text, disabled and status", async () => {
  await using app = await openWithJobs();
  await listed(app, "?metadata[team]=x", ["a", "b"]);
  await listed(app, "?metadata[team]=x&metadata[tier]=1", ["a"]);
  await listed(app, "?metadata%5Bteam%5D=y", ["c"]);
  await listed(app, "?metadata=foo", ["a", "b", "c", "d"]);
  await listed(app, "?q=Bet", ["b"]);
  await listed(app, "?q=bet", []);
  await listed(app, "?disabled=true", ["b"]);
  await listed(app, "?disabled=false", ["a", "c", "d"]);
  await listed(app, "?disabled=1", []);
  await listed(app, "?status=untriggered", ["a", "b", "c", "d"]);
  await listed(app, "?status=success", []);
});

Deno.test("GET /v1/jobs slices after filtering, X-Total-Count counts before", async () => {
  await using app = await openWithJobs();
  await listed(app, "?_start=1&_end=3", ["b", "c"]);
  await listed(app, "?_start=2&_end=99", ["c", "d"]);
  await listed(app, "?_start=99&_end=100", []);
  await listed(app, "?_start=x&_end=1", ["a"]);
  const response = await app.request("/v1/jobs?_start=1&_end=2");
  await response.body?.cancel();
  assert.equal(response.headers.get("x-total-count"), "4");
});

Deno.test("GET /v1/jobs refuses what makes Dkron panic or answer 500", async () => {
  await using app = await openApp();
  for (const query of ["_start=-1", "_end=-1", "_start=3&_end=1", "_sort=nonsense", "_sort=", "_sort=started_at"]) {
    await refusedWith(await app.request(`/v1/jobs?${query}`), 400, "invalid");
  }
});

Deno.test("GET /v1/jobs sorts by every column that Dkron does", async () => {
  await using app = await openWithJobs();
  const columns = [
    "name",
    "displayname",
    "schedule",
    "success_count",
    "error_count",
    "last_success",
    "last_error",
    "next",
  ];
  for (const column of columns) {
    assert.equal((await namesOf(app, `?_sort=${column}`)).length, 4);
  }
});
