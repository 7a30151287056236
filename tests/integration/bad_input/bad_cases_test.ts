import assert from "node:assert/strict";
import { jobAnswerSchema } from "../../../routes/wire/job_answer.ts";
import { readJson, refusedWith, send, shellJob, store } from "../../compat/requests.ts";
import { openApp } from "../../compat/open_app.ts";
import { eventually } from "../../support/eventually.ts";
import { AGENT_BODIES } from "./requests.ts";

/** Of one field what is refused, and what of the extremes is taken. */
const FIELDS: [field: string, refused: unknown[], taken: unknown[]][] = [
  ["schedule", [
    "@at 10000-01-01T00:00:00Z",
    "@at 9999-12-31T23:59:59-23:59",
    "@at 2030-02-30T00:00:00Z",
    "@every 1000000000000000h",
    "@every 999ms",
    "@after 2030-01-01T00:00:00Z <P99999Y",
    "0 0 0 31 2 *",
    "0 0 0 31 2,4,6,9,11 *",
    "* * * * * * 1970",
    "* * * * * * 10000",
    "*/0 * * * * *",
    "x".repeat(50_000),
    `@every ${"9".repeat(1_900)}x`,
    "TZ=../etc/passwd @daily",
    "0 0 0 1 1 *\u0000",
  ], ["@at 9999-12-31T23:59:59.999Z", "@every 2562047h", "@after_end 2562047h", "59 59 23 31 12 ? 9999"]],
  [
    "starts_at",
    ["9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00+23:59", "10000-01-01T00:00:00Z", "2030-13-01T00:00"],
    [
      "9999-12-31T23:59:59Z",
      "0000-01-01T00:00:00Z",
    ],
  ],
  ["expires_at", ["9999-12-31T24:00:00Z", 1e300], ["9999-12-31T23:59:59.999999999Z", "0001-01-01T00:00:00Z"]],
  ["retries", [1e9, 1001, -1, 1e300], [1000]],
  ["timeout", ["2562047h", "87601h", "1".repeat(500_000), `${"1h".repeat(5_000)}x`, 30], ["87600h", "0.000001h"]],
  ["grace", ["-1s", "87600h"], ["0s"]],
  ["jitter", ["87601h", "1"], ["87600h"]],
  ["start_deadline", ["0s", "99999999h"], ["87600h"]],
  ["priority", [9, -1, 4.5, "4"], [0, 8]],
  [
    "retry",
    [{ delay: "87601h" }, { attempts: 1e9 }, { factor: 1e9 }, { exit_codes: [1e9] }, { on: ["failed", 1] }, []],
    [
      { attempts: 1000, delay: "87600h", factor: 100, max_delay: "87600h", jitter: 1 },
    ],
  ],
  ["misfire", [{ max: 1e9 }, { max: 0 }, { window: "-1h" }], [{ policy: "all", window: "87600h", max: 10_000 }]],
  ["retention", [{ count: 1e9 }], [{ count: 0 }]],
  ["max_concurrent", [0, 1e9], [10_000]],
  ["concurrency_key", ["", "x".repeat(201)], ["\u0000\ud800🦀"]],
  [
    "tags",
    [{ role: "web:-1" }, { role: "web:0" }, { role: "web:1e9" }, { role: 1 }, { role: null, b: [] }, "role=web"],
    [
      { role: "web:999999999999999999999" },
      { role: "a:b:c", "\u0000": "", "": ":7" },
    ],
  ],
  ["depends_on", [Array.from({ length: 101 }, (_, i) => ({ job: `p${i}` })), [{ job: "bad" }], [{
    job: "x".repeat(201),
  }]], [
    [],
  ]],
  ["name", [{ toString: 1 }, "x".repeat(10_000), "..", "a/../b", "🦀", "a\u0000", 1, ["a"]], ["ñandú"]],
  ["executor_config", [
    { command: "'" },
    { command: "true", mem_limit: "9".repeat(50_000) },
    { command: "true", timeout: "9".repeat(50_000) },
    { command: "true", env: { "A\u0000": "b" } },
    { command: "true", cwd: {} },
    { command: ["true", { a: 1 }] },
    { command: Array.from({ length: 100 }).reduce<unknown>((inner) => [inner], "x") },
  ], [{ command: "true", timeout: "2562047h", env: { A: "${secret:NOPE}" } }]],
];

const RELATED: Record<string, string> = { grace: "lost_after" };

Deno.test("POST /v1/jobs takes or refuses extremes of each field, naming it, and answers what it took again", async () => {
  await using app = await openApp();
  for (const [field, refused, taken] of FIELDS) {
    for (const value of refused) {
      const response = await send(app, "POST", "/v1/jobs", shellJob("bad", { [field]: value }));
      if (response.status === 413) continue;
      const [path = ""] = await refusedWith(response, 400, "invalid");
      assert.ok(path.startsWith(RELATED[field] ?? field) || path.startsWith(field), `${field}: ${path}`);
    }
    for (const value of taken) {
      const job = await store(app, shellJob("taken", { [field]: value }));
      const again = jobAnswerSchema.parse(await readJson(await send(app, "PUT", `/v1/jobs/${job.name}`, job), 201));
      assert.equal(again.revision, job.revision + 1);
    }
  }
  assert.equal((await app.request("/v1/jobs/bad")).status, 404);
});

Deno.test("POST /v1/jobs is quick with texts made to be slow", async () => {
  await using app = await openApp();
  const http = (expectBody: string) => ({
    executor: "http",
    executor_config: { method: "GET", url: "http://x/", expectBody },
  });
  const slow: Record<string, unknown>[] = [
    { timeout: "1".repeat(900_000) },
    { retry: { delay: "1".repeat(900_000) } },
    { executor_config: { command: "true", mem_limit: `1${" ".repeat(50_000)}x` } },
    http("((((((((a{10}){10}){10}){10}){10}){10}){10}){10})"),
    http(`${"(".repeat(25_000)}${")".repeat(25_000)}`),
    http("(a{1000})".repeat(5_000)),
  ];
  for (const changes of slow) {
    const beganAt = performance.now();
    await refusedWith(await send(app, "POST", "/v1/jobs", shellJob("slow", changes)), 400, "invalid");
    const tookMs = performance.now() - beganAt;
    assert.ok(tookMs < 3_000, `${JSON.stringify(changes).slice(0, 60)} took ${tookMs} ms`);
  }
});

Deno.test("a refusal of a big body is small", async () => {
  await using app = await openApp();
  const metadata = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i]));
  for (const changes of [{ metadata }, { timezone: "x".repeat(900_000) }, { timeout: "x".repeat(900_000) }]) {
    const response = await send(app, "POST", "/v1/jobs", shellJob("big", changes));
    assert.equal(response.status, 400);
    const text = await response.text();
    assert.ok(text.length < 20_000, `${text.length} bytes`);
  }
});

Deno.test("a name or id of 10,000 characters in a path is not found", async () => {
  await using app = await openApp();
  await store(app, shellJob("a"));
  const long = "x".repeat(10_000);
  const paths: [method: string, path: string][] = [
    ["GET", `/v1/jobs/${long}`],
    ["DELETE", `/v1/jobs/${long}`],
    ["POST", `/v1/jobs/${long}/run`],
    ["POST", `/v1/jobs/${long}/toggle`],
    ["POST", `/v1/jobs/${long}/pause`],
    ["GET", `/v1/jobs/${long}/executions`],
    ["GET", `/v1/jobs/${long}/gaps`],
    ["GET", `/v1/jobs/a/executions/${long}`],
    ["GET", `/v1/jobs/a/executions/${long}/output?follow`],
    ["POST", `/v1/jobs/a/executions/${long}/cancel`],
  ];
  for (const [method, path] of paths) await refusedWith(await send(app, method, path), 404, "not_found");
  const named = await send(app, "PUT", `/v1/jobs/${long}`, { schedule: "@daily" });
  assert.deepEqual(await refusedWith(named, 400, "invalid"), ["name"]);
  await refusedWith(await send(app, "GET", `/v1/jobs?q=${"x".repeat(17_000)}`), 400, "invalid");
});

Deno.test("pauses, follows, statistics and previews with junk are refused or bounded", async () => {
  await using app = await openApp();
  await store(app, shellJob("a"));
  for (const body of ['{"policy":"some"}', "[]", '"x"', '{"note":1}', `{"note":"${"x".repeat(1_001)}"}`, "{"]) {
    await refusedWith(await send(app, "POST", "/v1/jobs/a/pause", body), 400, "invalid");
  }
  assert.equal((await (await app.request("/v1/jobs/a")).json()).pause, null);
  for (const to of ["1", "1999-01-01T00:00:00Z", "2999-02-30T00:00:00Z", "99999-01-01T00:00:00Z", 5, {}]) {
    await refusedWith(await send(app, "POST", "/v1/cluster/pause", { to }), 400, "invalid");
  }
  assert.equal((await (await app.request("/v1/cluster/pause")).json()).pause, null);
  const run = await app.request("/v1/jobs/a/run?wait", { method: "POST" });
  await run.body?.cancel();
  const output = `/v1/jobs/a/executions/${run.headers.get("x-carillon-group")}-0000-001/output?follow`;
  for (const id of ["-1", "x", "1e3", "9".repeat(16), "1.5"]) {
    await refusedWith(await app.request(output, { headers: { "last-event-id": id } }), 400, "invalid");
  }
  const far = await app.request(output, { headers: { "last-event-id": "999999999999999" } });
  assert.match(await far.text(), /event: end/);
  for (const [days, rows] of [["-1", 30], ["0", 30], ["x", 30], ["1e9", 30], ["999999999", 365]]) {
    assert.equal((await (await app.request(`/v1/stats?days=${days}`)).json()).stats.length, rows);
  }
  const preview = await app.request("/v1/schedules/preview?schedule=@every%201s&n=1000000000");
  assert.equal((await preview.json()).times.length, 100);
  for (const query of ["", "?schedule=", `?schedule=${"x".repeat(9_000)}`, "?schedule=@daily&timezone=Mars"]) {
    await refusedWith(await app.request(`/v1/schedules/preview${query}`), 400, "invalid");
  }
});

Deno.test("a job of every extreme runs, and what runs is stopped all the same", async () => {
  await using app = await openApp();
  await store(
    app,
    shellJob("far", { timeout: "87600h", executor_config: { command: "sleep 60", timeout: "2562047h" } }),
  );
  const run = await app.request("/v1/jobs/far/run", { method: "POST" });
  await run.body?.cancel();
  const path = `/v1/jobs/far/executions/${run.headers.get("x-carillon-group")}-0000-001`;
  const state = async () => (await (await app.request(path)).json()).state;
  await eventually(async () => await state() === "running", { what: "the run" });
  await (await app.request(`${path}/cancel`, { method: "POST" })).body?.cancel();
  await eventually(async () => await state() === "cancelled", { what: "its end" });
});

Deno.test("POST /agent/v1/report takes no output, start or result of what another node runs", async () => {
  await using app = await openApp();
  await store(app, shellJob("a", { executor_config: { command: "sleep 60" } }));
  const run = await app.request("/v1/jobs/a/run", { method: "POST" });
  const { uid } = await run.json();
  const execution = `${run.headers.get("x-carillon-group")}-0000-001`;
  const state = async () => (await (await app.request(`/v1/jobs/a/executions/${execution}`)).json()).state;
  await eventually(async () => await state() === "running", { what: "the run" });
  const headers = { "carillon-protocol": "1" };
  const thief = { node: "thief", incarnation: "i1" };
  await readJson(
    await send(app, "POST", "/agent/v1/register", { ...AGENT_BODIES.register, name: "thief", results: [] }, headers),
    200,
  );
  const result = { ...AGENT_BODIES.report.results[0], execution, uid };
  const chunks = [{ execution, n: 0, data: "c3RvbGVu", skippedBytes: 0, live: false }];
  const started = [{ execution, startedAfterMs: 5 }];
  await readJson(
    await send(app, "POST", "/agent/v1/report", { ...thief, started, chunks, results: [result] }, headers),
    200,
  );
  await readJson(await send(app, "POST", "/agent/v1/leave", thief, headers), 200);
  assert.equal(await state(), "running");
  assert.equal(await (await app.request(`/v1/jobs/a/executions/${execution}/output`)).text(), "");
});
