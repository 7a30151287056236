import assert from "node:assert/strict";
import { eventually } from "../../../tests/support/eventually.ts";
import { CarillonError } from "../../runtime/mod.ts";
import { SecretKeys } from "../../secret/mod.ts";
import { fakeCli } from "../fake_cli_test.ts";
import type { serve } from "../serve.ts";
import type { serveAgent } from "../serve_agent.ts";

type Serve = typeof serve;

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

/** A server that stops when it is asked to. */
const obedient: Serve = async (_options, { stop, onListening }) => {
  onListening?.({ scheme: "http", hostname: "127.0.0.1", port: 8080 });
  await untilAborted(stop);
};

Deno.test("start hands its settings to the server and logs where it listens", async () => {
  const given: Parameters<Serve>[0][] = [];
  const cli = fakeCli({
    env: { CARILLON_SLOTS: "3", HOME: "/h" },
    serve: (options, { onListening }) => {
      given.push(options);
      onListening?.({ scheme: "http", hostname: "::1", port: 9000 });
      return Promise.resolve();
    },
  });
  cli.files["c.yaml"] = "timezone: Europe/Berlin";
  const { code, err } = await cli.run("start", "--config", "c.yaml", "--tag", "a=b", "--tag", "c=d", "--insecure");
  assert.equal(code, 0);
  assert.deepEqual(given, [{
    httpAddr: "127.0.0.1:8080",
    advertise: "",
    dataDir: "carillon.data",
    nodeName: "host1",
    tags: { a: "b", c: "d" },
    timezone: "Europe/Berlin",
    slots: 3,
    defaultTarget: "all",
    drainMs: 30_000,
    httpDeny: [],
    adminTokenFile: "",
    secretKeys: SecretKeys.none(),
    auditKeptMs: 2_160 * 3_600_000,
    askTokens: false,
    insecure: true,
    oidc: null,
    publicUrl: null,
    limits: { requestsPerSecond: 1_000, streams: 5_000 },
    tls: null,
    agent: true,
    kv: "",
    member: null,
    env: { CARILLON_SLOTS: "3", HOME: "/h" },
    version: "1.2.3",
  }]);
  assert.match(err, /INFO {2}Carillon 1\.2\.3 is up node=host1 url=http:\/\/\[::1\]:9000 dataDir=carillon\.data\n$/);
});

Deno.test("start ends cleanly at the first signal", async () => {
  const cli = fakeCli({ serve: obedient });
  const running = cli.run("start");
  await eventually(() => cli.printed.err.includes("is up"));
  cli.signal("SIGTERM");
  assert.equal((await running).code, 0);
});

Deno.test("start ends at the second signal with its code, even when the server hangs", async () => {
  const cli = fakeCli({
    serve: async (options, deps) => {
      await obedient(options, deps);
      await new Promise(() => {});
    },
  });
  const running = cli.run("start");
  await eventually(() => cli.printed.err.includes("is up"));
  cli.signal("SIGTERM");
  cli.signal("SIGINT");
  await eventually(() => cli.clock.sleeping === 1);
  await cli.clock.advance(2_000);
  assert.equal((await running).code, 130);
});

Deno.test("start tells why it cannot, as a log line, with a stack only at debug", async () => {
  const cli = fakeCli({ serve: () => Promise.reject(new CarillonError("unavailable", "Cannot listen: taken")) });
  const { code, err } = await cli.run("start", "--log-format", "json");
  assert.equal(code, 1);
  assert.match(err, /^\{"time":".*","level":"error","msg":"Cannot listen: taken","node":"host1"\}\n$/);
  assert.match((await cli.run("start", "--log-level", "debug")).err, /Cannot listen: taken.*\n.*\n +at /);
});

Deno.test("start lists every fault of its settings and starts nothing", async () => {
  const { code, err } = await fakeCli().run("start", "--slots", "x", "--drain", "y");
  assert.equal(code, 2);
  assert.equal(err.match(/^error: flag --(slots|drain): /gm)?.length, 2);
  const missing = await fakeCli({ env: { CARILLON_CONFIG: "c" } }).run("start");
  assert.deepEqual([missing.code, missing.err], [2, 'error: Cannot read settings "c": no such file\n']);
});

Deno.test("start is where --no-insecure takes back what the environment says", async () => {
  const given: boolean[] = [];
  const cli = fakeCli({
    env: { CARILLON_INSECURE: "1" },
    serve: (options) => Promise.resolve(void given.push(options.insecure)),
  });
  await cli.run("start");
  await cli.run("start", "--no-insecure");
  assert.deepEqual(given, [true, false]);
});

Deno.test("start --ask-tokens asks for tokens on loopback too, and cannot be had with --insecure", async () => {
  const given: boolean[] = [];
  const cli = fakeCli({ serve: (options) => Promise.resolve(void given.push(options.askTokens)) });
  assert.equal((await cli.run("start", "--ask-tokens")).code, 0);
  const both = await cli.run("start", "--ask-tokens", "--insecure");
  assert.equal(both.code, 2);
  assert.match(both.err, / ERROR --ask-tokens and --insecure exclude each other /);
  assert.deepEqual(given, [true]);
});

Deno.test("start --join runs an agent alone, with a token from a file", async () => {
  const given: Parameters<typeof serveAgent>[0][] = [];
  const cli = fakeCli({ serveAgent: (options) => Promise.resolve(void given.push(options)) });
  cli.files.token = "secret\n";
  const { code } = await cli.run(
    "start",
    "--join",
    "http://a:1/",
    "--join",
    "http://b:2",
    "--join-token-file",
    "token",
  );
  assert.equal(code, 0);
  assert.deepEqual(given, [{
    join: ["http://a:1", "http://b:2"],
    joinToken: "secret",
    dataDir: "carillon.data",
    nodeName: "host1",
    tags: {},
    slots: 100,
    drainMs: 30_000,
    httpDeny: [],
    tls: null,
    env: {},
    version: "1.2.3",
  }]);
  const missing = await cli.run("start", "--join", "http://a:1", "--join-token-file", "nope");
  assert.equal(missing.code, 2);
  assert.match(missing.err, /Cannot read settings "nope": no such file/);
});

Deno.test("start --join ends with the code of a refusal, and says why", async () => {
  const refusal = new CarillonError("forbidden", 'Cannot register node "a": the name is taken');
  const { code, err } = await fakeCli({ serveAgent: () => Promise.reject(refusal) }).run(
    "start",
    "--join",
    "http://a:1",
  );
  assert.equal(code, 4);
  assert.match(err, /ERROR Cannot register node "a": the name is taken/);
});

Deno.test("start shows the first token of an admin, and no log line holds it", async () => {
  const cli = fakeCli({ serve: (_options, { onFirstToken }) => Promise.resolve(onFirstToken?.("carillon_api_x")) });
  const { err } = await cli.run("start", "--log-format", "json");
  assert.match(err, /an admin's[^]*\n {2}carillon_api_x\n/);
  assert.doesNotMatch(err, /^\{.*carillon_api_x/m);
});

Deno.test("start hands on the keys of secrets, and no environment with one", async () => {
  const given: Parameters<typeof serve>[0][] = [];
  const key = "k".repeat(43);
  const cli = fakeCli({
    env: { CARILLON_SECRET_KEY: key, HOME: "/h" },
    serve: (options) => {
      given.push(options);
      return Promise.resolve();
    },
  });
  assert.equal((await cli.run("start")).code, 0);
  assert.deepEqual(given[0]?.env, { HOME: "/h" });
  assert.match(given[0]?.secretKeys.first("x").id ?? "", /^[0-9a-f]{12}$/);
  cli.files.keys = "nothing\n";
  const wrong = await cli.run("start", "--secret-key-file", "keys");
  assert.deepEqual([wrong.code, given.length], [2, 1]);
  assert.match(wrong.err, /Cannot use both/);
});
