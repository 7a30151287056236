import assert from "node:assert/strict";
import { createAgentClient, createClient, type NodeTokens } from "../../src/client/mod.ts";
import { startCarillon } from "../support/carillon.ts";

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
  const another = await client.createJoinToken();
  assert.equal((await guarded.carillon.server.tokens.holder(another)).kind, "join");
});

Deno.test("a node joins with the join token and speaks with its own, for itself alone", async () => {
  await using guarded = await openGuarded();
  const { baseUrl, token } = guarded;
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
