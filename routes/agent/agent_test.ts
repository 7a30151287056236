import assert from "node:assert/strict";
import { fakeDeps } from "../../tests/support/fake_deps.ts";
import { refusedWith } from "../../tests/compat/requests.ts";
import { createApp } from "../mod.ts";

const POLL = { node: "n1", incarnation: "i1", freeSlots: 1, held: [], waitMs: 0 };

function post(body: unknown, headers: Record<string, string> = { "carillon-protocol": "1" }, signal?: AbortSignal) {
  return { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), headers, signal };
}

Deno.test("agentRoutes() refuses a call without the protocol's version, or with another", async () => {
  const app = createApp(fakeDeps());
  const wrong: Record<string, string>[] = [{}, { "carillon-protocol": "0" }, { "carillon-protocol": "99" }];
  for (const headers of wrong) {
    for (const verb of ["register", "poll", "report", "leave"]) {
      await refusedWith(await app.request(`/agent/v1/${verb}`, post(POLL, headers)), 403, "forbidden");
    }
  }
});

Deno.test("agentRoutes() names the bad fields of a poll", async () => {
  const app = createApp(fakeDeps());
  const paths = await refusedWith(
    await app.request("/agent/v1/poll", post({ ...POLL, freeSlots: -1 })),
    400,
    "invalid",
  );
  assert.deepEqual(paths, ["freeSlots"]);
  for (const body of ["", "{", "[]", "null"]) {
    await refusedWith(await app.request("/agent/v1/poll", post(body)), 400, "invalid");
  }
});

Deno.test("agentRoutes() refuses names that no node can have, as no key could hold them", async () => {
  const app = createApp(fakeDeps());
  const report = { started: [], chunks: [], results: [] };
  for (const [verb, body] of Object.entries({ poll: POLL, report, leave: {} })) {
    for (const [field, text] of [["node", "9".repeat(3_000)], ["incarnation", "i".repeat(101)]] as const) {
      const request = post({ ...POLL, ...body, [field]: text });
      assert.deepEqual(await refusedWith(await app.request(`/agent/v1/${verb}`, request), 400, "invalid"), [field]);
    }
  }
});

Deno.test("agentRoutes() ends a poll's wait when its agent is gone", async () => {
  const deps = fakeDeps();
  const aborted = Promise.withResolvers<void>();
  const waiting = Promise.withResolvers<void>();
  deps.agents.poll = async (_request, signal) => {
    signal.addEventListener("abort", () => aborted.resolve());
    waiting.resolve();
    await aborted.promise;
    return { claims: [], cancels: [], followed: [] };
  };
  const gone = new AbortController();
  const answer = createApp(deps).request("/agent/v1/poll", post(POLL, undefined, gone.signal));
  await waiting.promise;
  gone.abort();
  await aborted.promise;
  assert.equal((await answer).status, 200);
});

Deno.test("agentRoutes() hands the caller's address to register", async () => {
  const deps = fakeDeps();
  const body = {
    name: "n2",
    id: "x",
    incarnation: "i",
    tags: {},
    slots: 1,
    executors: [],
    version: "1",
    server: false,
  };
  const remoteAddr = { transport: "tcp", hostname: "10.1.2.3", port: 5 } as const;
  const answer = await createApp(deps).request("/agent/v1/register", post(body), { remoteAddr });
  assert.equal((await answer.json()).address, "10.1.2.3");
});

Deno.test("agentRoutes() takes reports above 1 MiB and refuses those above 16 MiB", async () => {
  const app = createApp(fakeDeps());
  const report = (size: number) => ({
    node: "n1",
    incarnation: "i1",
    started: [],
    chunks: Array.from({ length: size / 65_536 }, (_, n) => ({
      execution: "e",
      n,
      data: "A".repeat(65_536),
      live: false,
      skippedBytes: 0,
    })),
    results: [],
  });
  assert.equal((await app.request("/agent/v1/report", post(report(2 << 20)))).status, 200);
  await refusedWith(await app.request("/agent/v1/report", post(report(17 << 20))), 413, "too_large");
});
