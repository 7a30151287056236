import { TESTER } from "../support/tester.ts";
import assert from "node:assert/strict";
import { createAgentClient, createClient, type NodeTokens } from "../../src/client/mod.ts";
import { startCarillon } from "../support/carillon.ts";
import { eventually } from "../support/eventually.ts";

/** A server on a socket, which asks for tokens. */
async function openGuarded() {
  const carillon = await startCarillon({ asksTokens: true });
  const token = await carillon.server.tokens.createFirst() ?? "";
  const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, carillon.handle);
  const baseUrl = `http://127.0.0.1:${http.addr.port}`;
  const close = async () => {
    await http.shutdown();
    await carillon[Symbol.asyncDispose]();
  };
  return { carillon, token, baseUrl, [Symbol.asyncDispose]: close };
}

function tokens(join: string | null, own: string | null = null): NodeTokens & { kept: string[] } {
  const kept: string[] = [];
  return { join, own, kept, keep: (token) => Promise.resolve(void kept.push(token)) };
}

const identity = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  id: `id-${name}`,
  incarnation: "1",
  tags: {},
  slots: 1,
  executors: ["shell"],
  version: "1",
  server: false,
  ...more,
});

const poll = (node: string) => ({ node, incarnation: "1", freeSlots: 1, held: [], waitMs: 0 });

Deno.test("beyond loopback every path of the API asks for the token, and an agent's path too", async () => {
  await using guarded = await openGuarded();
  const { baseUrl, token } = guarded;
  const wrong = token.slice(0, -1) + (token.endsWith("0") ? "1" : "0");
  for (const path of ["/v1", "/v1/jobs", "/v1/members", "/v1/jobs/a/run", "/v1/nothing"]) {
    for (const authorization of ["", "Bearer", `Bearer ${wrong}`, `Basic ${token}`]) {
      const answer = await fetch(baseUrl + path, { method: "POST", headers: { authorization } });
      assert.deepEqual([answer.status, answer.headers.get("www-authenticate")], [401, "Bearer"], path);
      assert.equal((await answer.json()).code, "unauthorized");
    }
  }
  for (const verb of ["register", "poll", "report", "leave"]) {
    const headers = { "carillon-protocol": "1" };
    const answer = await fetch(`${baseUrl}/agent/v1/${verb}`, { method: "POST", headers, body: "{}" });
    assert.equal(answer.status, 401, verb);
    await answer.body?.cancel();
  }
  const open = await fetch(`${baseUrl}/health`);
  assert.equal(open.status, 200);
  await open.body?.cancel();
  const authorized = await fetch(`${baseUrl}/v1/jobs`, { headers: { authorization: `Bearer ${token}` } });
  assert.deepEqual(await authorized.json(), []);
});

Deno.test("beyond loopback the server's own agent runs jobs, and needs no token", async () => {
  await using guarded = await openGuarded();
  const { baseUrl, token } = guarded;
  const client = createClient({
    baseUrl,
    fetch: (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set("authorization", `Bearer ${token}`);
      return fetch(input, { ...init, headers });
    },
  });
  const job = { name: "a", schedule: "@manually", executor: "shell", executor_config: { command: "echo hi" } };
  await client.apply(job, { strict: true });
  assert.equal((await client.run("a", { wait: true, force: false })).outcome, "success");
  const another = await client.createJoinToken({ tags: null, once: false, lifetime: null });
  assert.equal((await guarded.carillon.server.tokens.holder(another)).token.kind, "join");
});

Deno.test("a node joins with the join token and speaks with its own, for itself alone", async () => {
  await using guarded = await openGuarded();
  const { baseUrl } = guarded;
  const token = await guarded.carillon.server.tokens.createJoin();
  const [a, b] = [tokens(token), tokens(token)];
  const [alice, bob] = [a, b].map((tokens) => createAgentClient({ baseUrl, fetch, tokens }));
  if (!alice || !bob) throw new Error("two clients");
  await alice.register(identity("a"));
  await bob.register(identity("b"));
  assert.deepEqual(a.kept, [a.own]);
  assert.deepEqual((await alice.poll(poll("a"))).claims, []);
  await assert.rejects(alice.poll(poll("b")), { code: "forbidden", message: /its token is of node "a"/ });
  await assert.rejects(alice.leave("b", "1"), { code: "forbidden" });
  const own = createAgentClient({ baseUrl, fetch, tokens: tokens(null, a.own) });
  await own.register(identity("a", { incarnation: "2" }));
  await assert.rejects(own.register(identity("b")), { code: "forbidden" });
  await assert.rejects(own.register(identity("a", { tags: { role: "db" } })), { code: "forbidden", message: /tags/ });
  const answer = await fetch(`${baseUrl}/v1/jobs`, { headers: { authorization: `Bearer ${a.own}` } });
  assert.equal(answer.status, 403);
  await answer.body?.cancel();
  const none = createAgentClient({ baseUrl, fetch, tokens: tokens(null) });
  await assert.rejects(none.register(identity("c")), { code: "unauthorized", message: /asks for a token/ });
});

Deno.test("a join token for one node alone is that node's, also after a lost answer, and no other's", async () => {
  await using guarded = await openGuarded();
  const { baseUrl, token: admin } = guarded;
  const answer = await fetch(`${baseUrl}/v1/join-tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${admin}` },
    body: JSON.stringify({ tags: { role: "web", zone: "*" }, once: true, expires_in: "1d" }),
  });
  const { token } = await answer.json();
  const join = (name: string, more = {}) =>
    createAgentClient({ baseUrl, fetch, tokens: tokens(token) }).register(identity(name, more));
  await assert.rejects(join("a", { tags: { role: "db" } }), { code: "forbidden", message: /only role=web, zone=\*/ });
  await join("a", { tags: { role: "web", zone: "1" } });
  await join("a", { tags: { role: "web" }, incarnation: "2" });
  await assert.rejects(join("b", { tags: {} }), { code: "forbidden", message: /one node, which has joined/ });
});

Deno.test("a token is for its jobs alone, is named where it did something, and is shown once", async () => {
  await using guarded = await openGuarded();
  const { baseUrl, token: admin, carillon } = guarded;
  const call = async (token: string, method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(baseUrl + path, { method, headers, body: JSON.stringify(body) });
    return await answer.json();
  };
  const { token: alice } = await call(admin, "POST", "/v1/tokens", { name: "alice", role: "editor", jobs: ["a*"] });
  assert.deepEqual(await call(alice, "GET", "/v1/whoami"), {
    name: "alice",
    role: "editor",
    jobs: ["a*"],
    metadata: {},
  });
  const job = { name: "a", schedule: "@manually", executor: "shell", executor_config: { command: "true" } };
  await call(alice, "POST", "/v1/jobs", job);
  assert.equal((await call(alice, "POST", "/v1/jobs", { ...job, name: "b" })).code, "forbidden");
  await call(admin, "POST", "/v1/jobs", { ...job, name: "b" });
  assert.equal((await call(alice, "POST", "/v1/jobs", { ...job, parent_job: "b" })).code, "forbidden");
  assert.deepEqual((await call(alice, "GET", "/v1/jobs")).map(({ name }: { name: string }) => name), ["a"]);
  assert.equal((await call(alice, "POST", "/v1/jobs/a/pause", { note: "x" })).pause.by, "alice");
  const listed = await call(admin, "GET", "/v1/tokens");
  assert.deepEqual(listed.map(({ name, created_by: by }: Record<string, string>) => [name, by]), [
    ["admin", "carillon"],
    ["alice", "admin"],
  ]);
  assert.doesNotMatch(JSON.stringify(listed), /hash|carillon_/);
  const wrong = await call(admin, "POST", "/v1/tokens", { name: "x y", role: "king", expires_in: "-1h" });
  assert.deepEqual(wrong.issues.map(({ path }: { path: string }) => path).sort(), ["expires_in", "name", "role"]);
  const limitedAdmin = await call(admin, "POST", "/v1/tokens", { name: "x", role: "admin", jobs: ["a"] });
  assert.equal(limitedAdmin.issues[0].path, "role");
  assert.equal((await call(admin, "POST", "/v1/tokens", { name: "alice", role: "viewer" })).issues[0].path, "name");
  const { tokens } = carillon.server;
  await call(admin, "DELETE", `/v1/tokens/${(await tokens.holder(alice)).id}`);
  assert.equal((await call(alice, "GET", "/v1/jobs")).code, "unauthorized");
});

Deno.test("output that is read live ends when the token that it was asked for with is revoked", async () => {
  await using guarded = await openGuarded();
  const { baseUrl, token: admin, carillon } = guarded;
  const { tokens } = carillon.server;
  const reader = await tokens.create({ name: "wall", role: "viewer", scope: null, expiresAt: null }, TESTER);
  const asAdmin = { authorization: `Bearer ${admin}` };
  const job = { name: "a", schedule: "@manually", executor: "shell" };
  const config = { shell: true, command: "echo begun; while :; do sleep 0.1; echo more; done" };
  const body = JSON.stringify({ ...job, executor_config: config });
  await (await fetch(`${baseUrl}/v1/jobs?runoncreate`, { method: "POST", headers: asAdmin, body })).json();
  let id = "";
  await eventually(async () => {
    const [run] = await (await fetch(`${baseUrl}/v1/jobs/a/executions`, { headers: asAdmin })).json();
    id = run?.id ?? "";
    return id !== "";
  });
  const open = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${baseUrl}/v1/jobs/a/executions/${id}/output?follow=true`, { headers });
    const stream = answer.body?.getReader();
    if (answer.status !== 200 || !stream) throw new Error(`no stream: ${answer.status}`);
    assert.equal((await stream.read()).done, false);
    return stream;
  };
  const [theirs, ours] = [await open(reader), await open(admin)];
  const revokedAt = performance.now();
  await tokens.revoke((await tokens.holder(reader)).id, TESTER);
  while (!(await theirs.read()).done) assert.ok(performance.now() - revokedAt < 5_000, "it goes on and on");
  assert.equal((await ours.read()).done, false);
  await ours.cancel();
  const cancel = `${baseUrl}/v1/jobs/a/executions/${id}/cancel`;
  await (await fetch(cancel, { method: "POST", headers: asAdmin, body: "{}" })).json();
});
