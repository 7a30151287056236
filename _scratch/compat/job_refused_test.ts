import assert from "node:assert/strict";
import { openApp } from "./open_app.ts";
import { refusedWith, send, shellJob, store } from "./requests.ts";

const BAD_NAMES = ["", "Upper", "a b", "a.b", "a/b", "a:b", "日本", "x".repeat(201)];
const GOOD_NAMES = ["-", "0", "ñandú", "ß_ç", "a-b_c", "x".repeat(200)];

Deno.test("POST /v1/jobs refuses names that Dkron refuses", async () => {
  await using app = await openApp();
  for (const name of BAD_NAMES) {
    assert.deepEqual(await refusedWith(await send(app, "POST", "/v1/jobs", shellJob(name)), 400, "invalid"), ["name"]);
  }
});

Deno.test("POST /v1/jobs accepts names that Dkron accepts", async () => {
  await using app = await openApp();
  for (const name of GOOD_NAMES) assert.equal((await store(app, shellJob(name))).name, name);
});

const BAD_FIELDS: [field: string, value: unknown, path: string][] = [
  ["schedule", "", "schedule"],
  ["schedule", "nonsense", "schedule"],
  ["schedule", "* * * * * 9", "schedule"],
  ["schedule", "TZ=UTC", "schedule"],
  ["schedule", 5, "schedule"],
  ["timezone", "Mars/Base", "timezone"],
  ["timezone", "../etc/passwd", "timezone"],
  ["timezone", "+01:00", "timezone"],
  ["disabled", "yes", "disabled"],
  ["retries", -1, "retries"],
  ["retries", 1.5, "retries"],
  ["retries", "3", "retries"],
  ["retries", 1e12, "retries"],
  ["concurrency", "never", "concurrency"],
  ["tags", "web", "tags"],
  ["tags", { role: 1 }, "tags.role"],
  ["tags", { role: "web:0" }, "tags.role"],
  ["tags", { role: "web:many" }, "tags.role"],
  ["metadata", { a: {} }, "metadata.a"],
  ["metadata", [], "metadata"],
  ["processors", { log: "x" }, "processors.log"],
  ["executor_config", "x", "executor_config"],
  ["executor_config", { command: "x", timeout: "30" }, "executor_config.timeout"],
  ["starts_at", "tomorrow", "starts_at"],
  ["starts_at", "2030-02-31T00:00:00Z", "starts_at"],
  ["parent_job", "bad", "parent_job"],
  ["timeout", "30", "timeout"],
  ["timeout", "0s", "timeout"],
  ["timeout", "999999999h", "timeout"],
  ["retry", { attempts: -1 }, "retry.attempts"],
  ["retry", { delay: "-1s" }, "retry.delay"],
  ["retry", { factor: 0 }, "retry.factor"],
  ["retry", { jitter: 2 }, "retry.jitter"],
  ["retry", { on: ["success"] }, "retry.on.0"],
  ["misfire", { policy: "some" }, "misfire.policy"],
  ["priority", 9, "priority"],
  ["lost_after", "15s", "lost_after"],
  ["grace", "1h", "lost_after"],
  ["depends_on", [{ job: "a", on: "never" }], "depends_on.0.on"],
  ["depends_on", [{ job: "bad" }], "depends_on"],
];

Deno.test("POST /v1/jobs names the bad field, never with a 5xx", async () => {
  await using app = await openApp();
  for (const [field, value, path] of BAD_FIELDS) {
    const response = await send(app, "POST", "/v1/jobs", shellJob("bad", { [field]: value }));
    const paths = await refusedWith(response, 400, "invalid");
    assert.ok(paths.includes(path), `${field} ${JSON.stringify(value)}: ${paths}`);
  }
});

Deno.test("POST /v1/jobs names all bad fields at once", async () => {
  await using app = await openApp();
  const response = await send(app, "POST", "/v1/jobs", shellJob("B", { retries: -1, timezone: "Mars" }));
  assert.deepEqual((await refusedWith(response, 400, "invalid")).sort(), ["name", "retries", "timezone"]);
});

Deno.test("POST /v1/jobs refuses an expiry that is not after the start", async () => {
  await using app = await openApp();
  const body = shellJob("short", { starts_at: "2030-01-01T00:00:00Z", expires_at: "2030-01-01T00:00:00Z" });
  assert.deepEqual(await refusedWith(await send(app, "POST", "/v1/jobs", body), 400, "invalid"), ["expires_at"]);
});

Deno.test("POST /v1/jobs refuses bodies that are no JSON object", async () => {
  await using app = await openApp();
  for (const body of ["", "{", "[]", "null", "1", '{"name":"a"} x', '{"name":NaN}']) {
    await refusedWith(await send(app, "POST", "/v1/jobs", body), 400, "invalid");
  }
  const notUtf8 = new Uint8Array([123, 34, 255, 34, 58, 49, 125]);
  await refusedWith(await app.request("/v1/jobs", { method: "POST", body: notUtf8 }), 400, "invalid");
});

Deno.test("POST /v1/jobs survives deep nesting and keys of prototypes", async () => {
  await using app = await openApp();
  const deep = `{"name":"deep","schedule":"@daily","executor_config":${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}}`;
  await refusedWith(await send(app, "POST", "/v1/jobs", deep), 400, "invalid");
  const proto = '{"name":"proto","schedule":"@daily","metadata":{"__proto__":"x"}}';
  const paths = await refusedWith(await send(app, "POST", "/v1/jobs", proto), 400, "invalid");
  assert.deepEqual(paths, ["metadata.__proto__"]);
  assert.equal((await store(app, shellJob("constructor", { constructor: 1 }))).name, "constructor");
});

Deno.test("POST /v1/jobs refuses a body above 1 MiB and a definition above 60 KiB with 413", async () => {
  await using app = await openApp();
  const body = (size: number) => shellJob("big", { displayname: "x".repeat(size) });
  await refusedWith(await send(app, "POST", "/v1/jobs", body(1 << 20)), 413, "too_large");
  await refusedWith(await send(app, "POST", "/v1/jobs", body(61 * 1024)), 413, "too_large");
});

Deno.test("POST /v1/jobs warns of unknown keys and executors, and refuses them with ?strict", async () => {
  await using app = await openApp();
  const body = shellJob("doubtful", { executor: "nosuch", command: "ls", retry: { tries: 2 }, "key\r\nä": 1 });
  const response = await send(app, "POST", "/v1/jobs", body);
  assert.equal(response.status, 201);
  const warning = response.headers.get("warning") ?? "";
  for (const part of ["command ", "retry.tries ", "key???", "nosuch"]) assert.ok(warning.includes(part), warning);
  const paths = await refusedWith(await send(app, "POST", "/v1/jobs?strict", body), 400, "invalid");
  assert.deepEqual(paths.sort(), ["command", "executor", "key\r\nä", "retry.tries"]);
});

Deno.test("POST /v1/jobs refuses retries that differ from retry.attempts", async () => {
  await using app = await openApp();
  const body = shellJob("twice", { retries: 2, retry: { attempts: 3 } });
  assert.deepEqual(await refusedWith(await send(app, "POST", "/v1/jobs", body), 400, "invalid"), ["retries"]);
});
