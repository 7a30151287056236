import assert from "node:assert/strict";
import { HttpExecutor } from "./http.ts";
import { testServer } from "./test_server.ts";
import { fastClock, Trial } from "./trial.ts";

/** Calls a path of a fresh server. */
async function call(path: string, config: Record<string, unknown> = {}) {
  await using server = testServer();
  using http = new HttpExecutor({ clock: fastClock });
  const trial = new Trial(http, { method: "GET", url: server.url(path), ...config });
  const result = await trial.run();
  return { ...result, output: trial.output, hits: server.hits };
}

/** Calls a server that answers with the request it got. */
async function echoed(
  config: Record<string, unknown>,
): Promise<{ method: string; headers: [string, string][]; body: string }> {
  const { success, reason, output } = await call("/echo", config);
  assert.ok(success, reason ?? "");
  return JSON.parse(output);
}

Deno.test("HttpExecutor.run() writes the answer's body and succeeds with 2xx", async () => {
  const { hits, ...result } = await call("/text/hello");
  assert.deepEqual(result, { success: true, exitCode: null, reason: null, output: "hello" });
  assert.equal(hits, 1);
});

Deno.test("HttpExecutor.run() sends method, headers and body", async () => {
  const headers = '["Content-Type: application/json","X-One: a","Referer: http://x:1/y"]';
  const { method, headers: got, body } = await echoed({ method: "PATCH", headers, body: '{"a":1}' });
  assert.deepEqual({ method, body }, { method: "PATCH", body: '{"a":1}' });
  const byName = new Map(got);
  assert.equal(byName.get("content-type"), "application/json");
  assert.match(byName.get("user-agent") ?? "", /^Carillon\//);
});

Deno.test("HttpExecutor.run() does not cut a header's value at its second colon", async () => {
  const { headers } = await echoed({ headers: '["Referer: http://x:1/y"]' });
  assert.equal(new Map(headers).get("referer"), "http://x:1/y");
});

Deno.test("HttpExecutor.run() does not ignore Host", async () => {
  const { headers } = await echoed({ headers: { Host: "other.example" } });
  assert.equal(new Map(headers).get("host"), "other.example");
});

Deno.test("HttpExecutor.run() takes headers as an array and as an object, and a user agent of the job's own", async () => {
  assert.equal(new Map((await echoed({ headers: ["A: b"] })).headers).get("a"), "b");
  const { headers } = await echoed({ headers: { A: ["b", "c"], "user-agent": "me" } });
  assert.deepEqual([new Map(headers).get("a"), new Map(headers).get("user-agent")], ["b, c", "me"]);
});

Deno.test("HttpExecutor.run() makes up no content type, and sends a body with GET too", async () => {
  assert.equal(new Map((await echoed({ method: "POST", body: "x" })).headers).has("content-type"), false);
  const { headers } = await echoed({ method: "GET", body: "xyz" });
  assert.equal(new Map(headers).get("content-length"), "3");
});

Deno.test("HttpExecutor.run() fails a bad header without a throw, and sends nothing", async () => {
  const { success, reason, hits } = await call("/text/x", { headers: '["no colon here"]' });
  assert.deepEqual({ success, hits }, { success: false, hits: 0 });
  assert.equal(reason, 'Cannot run http: headers "no colon here" has no colon: write Name: value');
});

Deno.test("HttpExecutor.run() does not treat 500 as success", async () => {
  const { success, reason } = await call("/status/500");
  assert.deepEqual({ success, reason }, {
    success: false,
    reason: "received response code does not match the expected code: 500",
  });
});

Deno.test("HttpExecutor.run() compares whole codes, ranges and classes of expectCode", async () => {
  const cases: [number, unknown, boolean][] = [
    [206, "200, 206", true],
    [404, "404", true],
    [200, "206", false],
    [204, "2xx", true],
    [503, "200-299,500-503", true],
    [404, 404, true],
    [200, ["2xx", 404], true],
    [302, "", true],
  ];
  for (const [status, expectCode, success] of cases) {
    assert.equal((await call(`/status/${status}`, { expectCode })).success, success, `${status} ${expectCode}`);
  }
});

Deno.test("HttpExecutor.run() matches expectBody in Go's syntax", async () => {
  assert.equal((await call("/text/all-OK", { expectBody: "(?i)ALL-ok\\z" })).success, true);
  const { success, reason } = await call("/text/all-OK", { expectBody: "^OK" });
  assert.deepEqual([success, reason], [false, "received response body did not match the expected body"]);
});

Deno.test("HttpExecutor.run() holds expectBody against the first MiB, and writes all", async () => {
  const { success, output } = await call("/big/3000000", { expectBody: "a{100}" });
  assert.deepEqual([success, output.length], [true, 3_000_000]);
  assert.equal((await call("/big/3000000", { expectBody: "end$" })).success, false);
});

Deno.test("HttpExecutor.run() ends at its timeout, in whole seconds or as a duration, before and within the body", async () => {
  for (const timeout of ["2", 2, "2s"]) {
    const { success, reason, timedOut } = await call("/never", { timeout });
    assert.deepEqual([success, timedOut], [false, true]);
    assert.equal(reason, "execution time exceeding defined timeout 2s");
  }
  const { timedOut, output } = await call("/drip", { timeout: "2s" });
  assert.deepEqual([timedOut, output], [true, "drop"]);
});

Deno.test("HttpExecutor.run() ends at once when it is cancelled", async () => {
  await using server = testServer();
  using http = new HttpExecutor({ clock: fastClock });
  const trial = new Trial(http, { method: "GET", url: server.url("/drip"), timeout: 0 });
  const ended = trial.run();
  await trial.written("drop");
  trial.stop({ kind: "cancel", graceMs: 60_000 });
  assert.deepEqual(await ended, { success: false, exitCode: null, reason: "stopped", timedOut: false });
});

Deno.test("HttpExecutor.run() follows redirects, at most 10", async () => {
  assert.deepEqual((await call("/redirect/10")).output, "arrived");
  const { success, reason } = await call("/redirect/11");
  assert.equal(success, false);
  assert.match(reason ?? "", /: stopped after 10 redirects$/);
});

Deno.test("HttpExecutor.run() does not follow a redirect that expectCode names", async () => {
  const { success, hits } = await call("/redirect/1", { expectCode: "302" });
  assert.deepEqual([success, hits], [true, 1]);
});

Deno.test("HttpExecutor.run() shows request and answer with debug, without credentials", async () => {
  const { output } = await call("/text/x", { debug: "yes", headers: ["Authorization: Bearer hidden", "X-A: b"] });
  assert.match(output, /^> GET http:\/\/127\.0\.0\.1:\d+\/text\/x\n> Authorization: \*\*\*\n> X-A: b\n> User-Agent: /);
  assert.match(output, /\n< 200 OK\n(< .*\n)+x$/);
});

Deno.test("HttpExecutor.run() says in words why there is no answer", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://u:secret@127.0.0.1:${listener.addr.port}/`;
  listener.close();
  const { reason } = await call("/", { url });
  assert.equal(reason, `GET ${url.replace("secret", "xxxxx")}: connection refused`);
});

Deno.test("HttpExecutor.run() calls ports that fetch keeps web pages from", async () => {
  const { reason } = await call("/", { url: "http://127.0.0.1:1/" });
  assert.equal(reason, "GET http://127.0.0.1:1/: connection refused");
});

Deno.test("HttpExecutor.validate() names each bad option", () => {
  using http = new HttpExecutor({ clock: fastClock });
  const paths = (config: Record<string, unknown>) => http.validate(config).map(({ path }) => path);
  assert.deepEqual(paths({}), ["method", "url"]);
  const good = { method: "GET", url: "http://x/" };
  assert.deepEqual(paths({ ...good, headers: "", expectCode: "", timeout: "0", tlsNoVerifyPeer: "F" }), []);
  const bad: Record<string, unknown[]> = {
    method: ["G T", "TRACE", 1],
    url: ["ftp://x", "x"],
    headers: ["[", '["a"]', '{"a b":"c"}', ["a: b\nc"], 5],
    timeout: ["x", "-1", true],
    expectCode: ["1200", "2x", "a", {}],
    expectBody: ["(", "a(?=b)"],
    tlsNoVerifyPeer: ["maybe"],
    tlsCertificateFile: ["/only/one"],
  };
  for (const [option, values] of Object.entries(bad)) {
    for (const value of values) assert.deepEqual(paths({ ...good, [option]: value }), [option], `${option} ${value}`);
  }
});
