import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { type App, openApp } from "./open_app.ts";
import { readExecutions, readJob, refusedWith, send, shellJob, store } from "./requests.ts";

async function openWithRun(command: string): Promise<{ app: App; path: string }> {
  const app = await openApp();
  await store(app, shellJob("job", { executor_config: { command } }));
  await readJob(await send(app, "POST", "/v1/jobs/job/run?wait=true"));
  const execution = await eventually(async () =>
    (await readExecutions(await app.request("/v1/jobs/job/executions")))[0]
  );
  return { app, path: `/v1/jobs/job/executions/${execution.id}/output` };
}

Deno.test("GET …/output answers the bytes as plain text", async () => {
  const { app, path } = await openWithRun("echo hi");
  await using _app = app;
  const response = await app.request(path);
  assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.ok(response.headers.get("x-whom"));
  assert.equal(await response.text(), "hi\n");
});

Deno.test("GET …/output?follow=true streams events and ends with the state", async () => {
  const { app, path } = await openWithRun("echo hi");
  await using _app = app;
  const response = await app.request(`${path}?follow=true`);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const text = await response.text();
  assert.match(text, /^id: \d+\nevent: output\ndata: hi\ndata: \n\n/);
  assert.match(text, /id: \d+\nevent: end\ndata: \{"state":"success","exit_code":0,"reason":null\}\n\n$/);
});

Deno.test("GET …/output?follow=true goes on after Last-Event-ID", async () => {
  const { app, path } = await openWithRun("echo hi");
  await using _app = app;
  const response = await app.request(`${path}?follow=true`, { headers: { "last-event-id": "0" } });
  const text = await response.text();
  assert.ok(!text.includes("event: output") && text.includes("event: end"), text);
  const bad = await app.request(`${path}?follow=true`, { headers: { "last-event-id": "x" } });
  await refusedWith(bad, 400, "invalid");
});

Deno.test("GET …/output?follow=true streams the bytes themselves to Accept: text/plain", async () => {
  const { app, path } = await openWithRun("echo hi");
  await using _app = app;
  const response = await app.request(`${path}?follow=true`, { headers: { accept: "text/plain" } });
  assert.equal(await response.text(), "hi\n");
});

Deno.test("GET …/output answers 404 for no execution", async () => {
  await using app = await openApp();
  await store(app, shellJob("job"));
  await refusedWith(await app.request("/v1/jobs/job/executions/none/output"), 404, "not_found");
});
