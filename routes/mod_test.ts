import assert from "node:assert/strict";
import fc from "fast-check";
import { createLog, type LogFields, silentLog } from "../src/runtime/mod.ts";
import { fakeDeps } from "../tests/support/fake_deps.ts";
import { refusedWith } from "../tests/compat/requests.ts";
import { createApp } from "./mod.ts";

const JOB = { name: "a", schedule: "@daily", executor: "shell" };

Deno.test("createApp() refuses foreign hosts and origins on every path when it is open to loopback only", async () => {
  const app = createApp(fakeDeps());
  const paths = ["/", "/ui/", "/health", "/openapi.json", "/v1/jobs", "/agent/v1/poll", "/nope"];
  const foreign = [["host", "evil.com"], ["origin", "http://evil.com"], ["sec-fetch-site", "cross-site"]] as const;
  const requests = paths.flatMap((path) => ["GET", "POST", "OPTIONS"].map((method) => ({ path, method })));
  for (const { path, method } of requests) {
    for (const [name, value] of foreign) {
      const response = await app.request(path, { method, headers: { [name]: value } });
      await refusedWith(response, 403, "forbidden");
      assert.equal(response.headers.get("access-control-allow-origin"), null);
    }
  }
});

Deno.test("createApp() leaves hosts alone when it is not open to loopback only", async () => {
  const app = createApp(fakeDeps({ loopbackOnly: false }));
  assert.equal((await app.request("/v1/jobs", { headers: { host: "carillon.example.org" } })).status, 200);
});

Deno.test("createApp() answers an unknown error without its words, and logs them", async () => {
  const lines: string[] = [];
  const log = createLog({ level: "error", format: "json", now: () => 0, write: (line) => lines.push(line) });
  const deps = fakeDeps({ log });
  deps.views.job = () => Promise.reject(new Error("secret of the store"));
  const response = await createApp(deps).request("/v1/jobs/a");
  const text = await response.clone().text();
  await refusedWith(response, 500, "internal");
  assert.ok(!text.includes("secret") && !text.includes("at "), text);
  assert.ok(lines.some((line) => line.includes("secret of the store")), lines.join());
});

Deno.test("createApp() cuts off a body of unknown length at 1 MiB", async () => {
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(sent++ < 1_000 ? 65_536 : 0)),
  });
  const response = await createApp(fakeDeps()).request("/v1/jobs", { method: "POST", body: endless });
  await refusedWith(response, 413, "too_large");
  assert.ok(sent < 100, `${sent} pieces read`);
});

Deno.test("createApp() refuses a URL above 16 KiB with 400", async () => {
  await refusedWith(await createApp(fakeDeps()).request(`/v1/jobs?q=${"x".repeat(20_000)}`), 400, "invalid");
});

Deno.test("createApp() answers a failing store at /ready with 503, and /health still with 200", async () => {
  const deps = fakeDeps();
  deps.cluster.ready = () => Promise.reject(new Error("no store"));
  deps.cluster.leader = () => Promise.reject(new Error("no store"));
  const app = createApp(deps);
  assert.equal((await app.request("/ready")).status, 503);
  assert.deepEqual(await (await app.request("/health")).json(), { status: "healthy", leader: false });
});

Deno.test("createApp() answers /v1/leader with 503 and /v1/isleader with 404 while nobody leads", async () => {
  const deps = fakeDeps();
  deps.cluster.leader = () => Promise.resolve(null);
  const app = createApp(deps);
  await refusedWith(await app.request("/v1/leader"), 503, "unavailable");
  const follower = await app.request("/v1/isleader");
  assert.deepEqual([follower.status, await follower.json()], [404, "I am a follower"]);
});

Deno.test("createApp() logs a run on create that fails, and still answers 201", async () => {
  const warnings: [string, LogFields | undefined][] = [];
  const deps = fakeDeps({ log: { ...silentLog, warn: (msg, fields) => void warnings.push([msg, fields]) } });
  deps.runs.start = () => Promise.reject(new Error("nobody to run it"));
  const response = await createApp(deps).request("/v1/jobs?runoncreate", {
    method: "POST",
    body: JSON.stringify(JOB),
  });
  assert.equal(response.status, 201);
  assert.match(warnings[0]?.[0] ?? "", /nobody to run it/);
});

Deno.test("createApp() documents every route at /openapi.json as OpenAPI 3.1", async () => {
  const document = await (await createApp(fakeDeps()).request("/openapi.json")).json();
  assert.equal(document.openapi, "3.1.0");
  const { get, put } = document.paths["/v1/jobs/{job}"];
  assert.deepEqual(Object.keys(get.responses), ["200", "4XX"]);
  assert.ok(put.requestBody.content["*/*"].schema.properties.schedule);
  for (
    const [path, operations] of Object.entries<Record<string, { parameters?: { name: string }[] }>>(document.paths)
  ) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    for (const operation of Object.values(operations)) {
      const named = new Set((operation.parameters ?? []).map((parameter) => parameter.name));
      for (const name of inPath) assert.ok(named.has(name ?? ""), `${path} ${name}`);
    }
  }
});

Deno.test("createApp() never answers bad input with a 5xx", async () => {
  const app = createApp(fakeDeps());
  await app.request("/v1/jobs", { method: "POST", body: JSON.stringify(JOB) });
  const segment = fc.oneof(
    fc.constantFrom("a", "executions", "run", "output", "cancel", "pause", "%ff", "%00", ".."),
    fc.webSegment(),
  );
  const query = fc.dictionary(
    fc.constantFrom("_sort", "_start", "_end", "state", "n", "schedule", "days"),
    fc.string(),
  );
  const body = fc.oneof(
    fc.json(),
    fc.string(),
    fc.record({ name: fc.string(), schedule: fc.string(), tags: fc.jsonValue() }).map((job) => JSON.stringify(job)),
  );
  const method = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS");
  await fc.assert(
    fc.asyncProperty(method, fc.array(segment, { maxLength: 4 }), query, body, async (method, path, query, body) => {
      const url = `http://localhost/v1/jobs/${path.join("/")}?${new URLSearchParams(query)}`;
      const withBody = method !== "GET" && method !== "HEAD";
      const response = await app.request(url, { method, body: withBody ? body : undefined });
      assert.ok(response.status < 500, `${method} ${url}: ${await response.clone().text()}`);
      await response.body?.cancel();
    }),
    { numRuns: 300 },
  );
});

Deno.test("createApp() survives a body that is nothing but brackets", async () => {
  const app = createApp(fakeDeps({ loopbackOnly: false }));
  for (const body of ["[".repeat(1 << 19) + "]".repeat(1 << 19), '{"a":'.repeat(100_000)]) {
    await refusedWith(await app.request("/v1/jobs", { method: "POST", body }), 400, "invalid");
  }
});
