import assert from "node:assert/strict";
import { createApp } from "../../routes/mod.ts";
import { fakeDeps } from "../../tests/support/fake_deps.ts";
import { CarillonError } from "../runtime/mod.ts";
import { createAgentClient, createClient } from "./mod.ts";

const baseUrl = "http://localhost:8080";
const JOB = { name: "a", schedule: "@daily", executor: "shell", executor_config: { command: "echo hi" } };

function openClient() {
  const app = createApp(fakeDeps());
  return createClient({ baseUrl, fetch: (input, init) => app.request(input, init) });
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  const thrown = await call.then(() => undefined, (reason: unknown) => reason);
  return thrown instanceof CarillonError ? thrown.code : `threw ${thrown}`;
}

Deno.test("createClient() stores, reads, lists, toggles and removes a job", async () => {
  const client = openClient();
  const applied = await client.apply({ ...JOB, retries: 2 }, { strict: true });
  assert.equal(applied.view.job.definition.retry.attempts, 2);
  const { view, etag } = await client.job("a");
  assert.deepEqual([view.job.definition.executorConfig, etag], [{ command: "echo hi" }, applied.etag]);
  assert.equal((await client.jobs({ q: "a" })).total, 1);
  assert.equal((await client.toggle("a")).view.job.definition.disabled, true);
  assert.equal(await codeOf(client.remove("a", { cancel: false, ifMatch: etag })), "stale");
  assert.equal((await client.remove("a", { cancel: false })).view.job.definition.name, "a");
  assert.equal(await codeOf(client.job("a")), "not_found");
});

Deno.test("createClient() throws the server's code and issues", async () => {
  const client = openClient();
  const thrown = await client.apply({ ...JOB, name: "B" }, { strict: false }).catch((reason: unknown) => reason);
  assert.ok(thrown instanceof CarillonError);
  assert.deepEqual([thrown.code, thrown.issues.map((issue) => issue.path)], ["invalid", ["name"]]);
  assert.equal(await codeOf(client.apply({ ...JOB, nope: 1 }, { strict: true })), "invalid");
  assert.match((await client.apply({ ...JOB, nope: 1 }, { strict: false })).warning ?? "", /nope/);
});

Deno.test("createClient() runs a job and reads its executions and output", async () => {
  const client = openClient();
  await client.apply(JOB, { strict: true });
  const { group, outcome } = await client.run("a", { wait: true, force: false });
  assert.equal(outcome, "success");
  const { executions: [execution] } = await client.executions("a");
  assert.ok(execution);
  assert.deepEqual([execution.group, execution.state, execution.exitCode], [group, "success", 0]);
  assert.equal((await client.execution("a", execution.id)).output, "hi\n");
  assert.equal(new TextDecoder().decode(await client.output("a", execution.id)), "hi\n");
  const pieces = await Array.fromAsync(client.follow("a", execution.id));
  assert.deepEqual(pieces.map((piece) => piece.kind), ["bytes", "end"]);
  const rest = await Array.fromAsync(client.follow("a", execution.id, { lastId: 0 }));
  assert.deepEqual(rest.map((piece) => piece.kind), ["end"]);
});

Deno.test("createClient() cancels, pauses, previews and lists members and gaps", async () => {
  const client = openClient();
  await client.apply({ ...JOB, executor_config: { command: "sleep 9" } }, { strict: true });
  await client.run("a", { wait: false, force: false, idempotencyKey: "k" });
  const [busy] = await client.busy();
  assert.equal((await client.cancel("a", busy?.id ?? "", "enough")).state, "cancelled");
  assert.equal((await client.pause("a", { policy: "last", note: "" })).view.job.pause?.policy, "last");
  assert.equal((await client.unpause("a")).view.job.pause, null);
  assert.equal((await client.preview("@hourly", "UTC", 2)).times.length, 2);
  assert.deepEqual((await client.members()).map((member) => member.name), ["n1"]);
  assert.deepEqual(await client.gaps("a"), []);
});

Deno.test("createClient() keeps odd names inside their segment of the path", async () => {
  const client = openClient();
  for (const name of ["", ".", "..", "a/b", "a?b", "ä", "%2e%2e"]) {
    assert.equal(await codeOf(client.job(name)), "not_found", name);
  }
});

Deno.test("createClient() throws unavailable where there is no server, or another one", async () => {
  const lost = createClient({ baseUrl, fetch: () => Promise.reject(new TypeError("connection refused")) });
  assert.equal(await codeOf(lost.job("a")), "unavailable");
  const proxy = createClient({ baseUrl, fetch: () => new Response("<html>", { status: 502 }) });
  assert.equal(await codeOf(proxy.job("a")), "unavailable");
  const other = createClient({ baseUrl, fetch: () => new Response("<html>") });
  assert.equal(await codeOf(other.job("a")), "unavailable");
});

Deno.test("createAgentClient() registers, polls, reports and leaves", async () => {
  const app = createApp(fakeDeps());
  const agent = createAgentClient({ baseUrl, fetch: (input, init) => app.request(input, init) });
  const me = { name: "n2", id: "x", incarnation: "i", tags: {}, slots: 1, executors: ["shell"], version: "1" };
  assert.equal((await agent.register({ ...me, server: false })).name, "n2");
  const poll = { node: "n2", incarnation: "i", freeSlots: 1, held: [], waitMs: 0 };
  assert.deepEqual((await agent.poll(poll)).claims, []);
  const report = { node: "n2", incarnation: "i", started: [], chunks: [], results: [] };
  assert.deepEqual((await agent.report(report)).done, []);
  await agent.leave("n2", "i");
});

Deno.test("createAgentClient() throws invalid for what the server refuses, unavailable for what it cannot read", async () => {
  const app = createApp(fakeDeps());
  const agent = createAgentClient({ baseUrl, fetch: (input, init) => app.request(input, init) });
  const poll = { node: "n2", incarnation: "i", freeSlots: 1, held: [], waitMs: 0 };
  assert.equal(await codeOf(agent.poll({ ...poll, freeSlots: -1 })), "invalid");
  const other = createAgentClient({ baseUrl, fetch: () => Response.json({ claims: 1 }) });
  assert.equal(await codeOf(other.poll(poll)), "unavailable");
});
