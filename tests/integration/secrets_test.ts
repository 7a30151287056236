import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { openMemory } from "../../src/kv/mod.ts";
import { createLog, systemClock, systemRandom } from "../../src/runtime/mod.ts";
import { SecretKeys } from "../../src/secret/mod.ts";
import { backUp, restoreText } from "../../src/transfer/stores_test.ts";
import { type Carillon, startCarillon } from "../support/carillon.ts";
import { TESTER } from "../support/tester.ts";

const VALUE = 'hunter2 "is" päss';

const newKey = () => systemRandom.bytes(32).toBase64();
const keysOf = (...keys: string[]) => SecretKeys.read(keys.join("\n"), "a test");
const job = (name: string, executorConfig: Record<string, unknown>, executor = "shell") => ({
  name,
  schedule: "@manually",
  executor,
  executor_config: executorConfig,
});

/** Runs a job to its end; answers its execution with its output. */
async function runOf(carillon: Carillon, name: string) {
  await carillon.json("POST", `/v1/jobs/${name}/run?wait=true`);
  const [execution] = await carillon.json<{ id: string; success: boolean; state: string; reason: string }[]>(
    "GET",
    `/v1/jobs/${name}/executions?_sort=started_at&_order=DESC`,
  );
  ok(execution);
  const output = await carillon.request(`/v1/jobs/${name}/executions/${execution.id}/output`);
  return { ...execution, text: await output.text() };
}

/** Everything that a store and the folder of a node hold. */
async function everythingIn({ engine }: Carillon, dataDir: string): Promise<string> {
  const texts: string[] = [];
  const decoder = new TextDecoder("latin1");
  for await (const { key, value } of engine.kv.list({ prefix: [] })) texts.push(key.join("/"), decoder.decode(value));
  ok(texts.length > 10);
  for await (const { name, isFile } of Deno.readDir(dataDir)) {
    if (isFile) texts.push(decoder.decode(await Deno.readFile(`${dataDir}/${name}`)));
  }
  return texts.join("\n");
}

/** How a value may stand in bytes that were read as Latin-1, or in an answer. */
function formsOf(value: string): string[] {
  const bytes = new TextEncoder().encode(value);
  return [value, new TextDecoder("latin1").decode(bytes), bytes.toBase64(), JSON.stringify(value).slice(1, -1)];
}

Deno.test("secrets: a run gets its secrets, its output shows stars for them, and nothing that is stored or told holds one", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "carillon-" });
  const logged: string[] = [];
  const write = (line: string) => void logged.push(line);
  const log = createLog({ level: "debug", format: "text", now: () => systemClock.now(), write });
  {
    await using carillon = await startCarillon({ secretKeys: await keysOf(newKey()), dataDir, log });
    await carillon.json("PUT", "/v1/secrets/PW", { value: VALUE });
    const script = 'printf "got %s," "$PW"; printf %s "$PW" | base64; printf "sha %s" "$(printf %s "$PW" | sha256sum)"';
    await carillon.json("POST", "/v1/jobs", job("a", { command: script, shell: true, env: { PW: "${secret:PW}" } }));
    const run = await runOf(carillon, "a");
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(VALUE))).toHex();
    equal(run.text, `got ***,***\nsha ${hash}  -`);
    equal(run.state, "success");
    // What it is cannot begin: the reason shows stars too.
    await carillon.json("POST", "/v1/jobs", job("b", { command: ["/no/${secret:PW}"] }));
    const failed = await runOf(carillon, "b");
    equal(failed.state, "failed");
    match(`${failed.reason} ${failed.text}`, /\/no\/\*\*\*/);
    const paths = ["/v1/jobs", "/v1/secrets", "/v1/audit", "/v1/jobs/a/revisions", "/v1/jobs/a/executions", "/metrics"];
    const more = ["/v1/jobs/b/executions", `/v1/jobs/a/executions/${run.id}`, "/v1/stats", "/v1/members"];
    const answers = [...paths, ...more].map(async (path) => await (await carillon.request(path)).text());
    const told = [...await Promise.all(answers), await everythingIn(carillon, dataDir), ...logged].join("\n");
    deepEqual(formsOf(VALUE).filter((form) => told.includes(form)), []);
    ok(told.includes("${secret:PW}"));
  }
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("secrets: an http job gets them in its address, headers and body, and shows stars for them", async () => {
  const seen: string[] = [];
  await using target = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    seen.push(request.url, request.headers.get("authorization") ?? "", await request.text());
    return new Response(`you sent ${seen.join(" ")}`);
  });
  await using carillon = await startCarillon({ secretKeys: await keysOf(newKey()) });
  const root = `http://127.0.0.1:${target.addr.port}`;
  await carillon.json("PUT", "/v1/secrets/url", { value: `${root}/hook/t0psecret` });
  await carillon.json("PUT", "/v1/secrets/token", { value: 'a"quoted"token' });
  await carillon.json(
    "POST",
    "/v1/jobs",
    job("h", {
      method: "POST",
      url: "${secret:url}",
      headers: '["Authorization: Bearer ${secret:token}"]',
      body: '{"token": "${secret:token}"}',
      debug: "true",
      timeout: "5",
    }, "http"),
  );
  const run = await runOf(carillon, "h");
  equal(run.state, "success", run.text);
  deepEqual(seen, [`${root}/hook/t0psecret`, 'Bearer a"quoted"token', '{"token": "a\\"quoted\\"token"}']);
  ok(run.text.includes("you sent *** Bearer ***"), run.text);
  ok(!/t0psecret|quoted/.test(run.text), run.text);
});

Deno.test("secrets: a job is refused one that is not for its name, on save, by restoring, and when it runs", async () => {
  await using carillon = await startCarillon({ secretKeys: await keysOf(newKey()) });
  const uses = { command: ["echo", "${secret:S}"] };
  const refused = async (method: string, path: string, body: BodyInit) => {
    const answer = await carillon.request(path, { method, body });
    deepEqual([answer.status, (await answer.json()).issues], [403, [{
      path: "executor_config.command.1",
      message: 'names secret "S", which is not for this job',
    }]]);
  };
  await carillon.json("POST", "/v1/jobs", job("other", uses));
  await carillon.json("POST", "/v1/jobs", job("other", { command: "true" }));
  await carillon.json("PUT", "/v1/secrets/S", { value: "the value", jobs: ["backup-*"] });
  await refused("POST", "/v1/jobs", JSON.stringify(job("other", uses)));
  await refused("PUT", "/v1/jobs/other", JSON.stringify(job("other", uses)));
  await refused("POST", "/v1/jobs/other/revisions/1/restore", "");
  const form = new FormData();
  form.set("file", JSON.stringify([job("backup-x", uses), job("other", uses)]));
  await refused("POST", "/v1/restore", form);
  equal((await carillon.request("/v1/jobs/backup-x")).status, 404);

  await carillon.json("POST", "/v1/jobs", job("backup-a", uses));
  deepEqual([(await runOf(carillon, "backup-a")).text], ["***\n"]);
  await carillon.json("PUT", "/v1/secrets/S", { value: "the value", jobs: ["db-*"] });
  const run = await runOf(carillon, "backup-a");
  deepEqual([run.state, run.success, run.reason, run.text], [
    "failed",
    false,
    'Cannot give secret "S": it is not for job "backup-a"',
    "",
  ]);
});

Deno.test("secrets: a node is given none that is for other nodes", async () => {
  await using carillon = await startCarillon({ secretKeys: await keysOf(newKey()), tags: { role: "web", zone: "a" } });
  await carillon.json("POST", "/v1/jobs", job("a", { command: ["echo", "${secret:S}"] }));
  const givenFor = async (selectors: Record<string, string>[]) => {
    await carillon.json("PUT", "/v1/secrets/S", { value: "the value", selectors });
    const { state, reason } = await runOf(carillon, "a");
    return state === "success" || reason;
  };
  equal(await givenFor([{ role: "db" }, { role: "web", zone: "a" }]), true);
  equal(await givenFor([{ role: "web", zone: "b" }]), 'Cannot give secret "S": it is not for node "n1"');
});

Deno.test("secrets: a job may name one that is not there yet: a warning, refused when strict, and a run says so", async () => {
  await using carillon = await startCarillon({ secretKeys: await keysOf(newKey()) });
  const body = JSON.stringify(job("a", { command: "echo ${secret:later}", env: { X: "${secret:0:2}" } }));
  const strict = await carillon.request("/v1/jobs?strict", { method: "POST", body });
  equal(strict.status, 400);
  match((await strict.json()).message, /executor_config.command names secret "later", which does not exist/);
  const stored = await carillon.request("/v1/jobs", { method: "POST", body });
  await stored.body?.cancel();
  equal(stored.status, 201);
  match(stored.headers.get("warning") ?? "", /secret 'later', which does not exist.*executor_config.env.X has a/);
  const run = await runOf(carillon, "a");
  deepEqual([run.state, run.reason], ["failed", 'Cannot give secret "later": there is none of that name']);
  await carillon.json("PUT", "/v1/secrets/later", { value: "now" });
  equal((await runOf(carillon, "a")).text, "now\n");
});

Deno.test("secrets: keys rotate, and a server without a key lists what it cannot read and fails what needs it", async () => {
  const [old, fresh] = [newKey(), newKey()];
  const dataDir = await Deno.makeTempDir({ prefix: "carillon-" });
  type Listed = { name: string; key_id: string; readable: boolean };
  {
    await using carillon = await startCarillon({ secretKeys: await keysOf(old), dataDir });
    for (const name of ["A", "B"]) await carillon.json("PUT", `/v1/secrets/${name}`, { value: `value of ${name}` });
    await carillon.json("POST", "/v1/jobs", job("a", { command: ["echo", "${secret:A}"] }));
  }
  {
    await using carillon = await startCarillon({ secretKeys: await keysOf(fresh), dataDir });
    const listed = await carillon.json<Listed[]>("GET", "/v1/secrets");
    deepEqual(listed.map(({ name, readable }) => [name, readable]), [["A", false], ["B", false]]);
    const run = await runOf(carillon, "a");
    deepEqual([run.state, run.reason], [
      "failed",
      `Cannot read secret "A": this server has no key "${listed[0]?.key_id}"`,
    ]);
    await carillon.json("PUT", "/v1/secrets/B", { value: "made anew" });
    const { rotated, unreadable } = await carillon.json<{ rotated: string[]; unreadable: Listed[] }>(
      "POST",
      "/v1/secrets/rotate",
    );
    deepEqual([rotated, unreadable.map(({ name }) => name)], [[], ["A"]]);
  }
  {
    await using carillon = await startCarillon({ secretKeys: await keysOf(fresh, old), dataDir });
    deepEqual(await carillon.json("POST", "/v1/secrets/rotate"), { rotated: ["A"], unreadable: [] });
    deepEqual(await carillon.json("POST", "/v1/secrets/rotate"), { rotated: [], unreadable: [] });
  }
  {
    await using carillon = await startCarillon({ secretKeys: await keysOf(fresh), dataDir });
    const listed = await carillon.json<Listed[]>("GET", "/v1/secrets");
    deepEqual([listed.every(({ readable }) => readable), new Set(listed.map(({ key_id }) => key_id)).size], [true, 1]);
    deepEqual([(await runOf(carillon, "a")).text], ["***\n"]);
  }
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("secrets: what is no secret is refused, and so is any without a key", async () => {
  await using carillon = await startCarillon({ secretKeys: await keysOf(newKey()), agent: false });
  const put = async (name: string, body: unknown) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await carillon.request(`/v1/secrets/${name}`, { method: "PUT", body: text });
    const { issues = [] } = await answer.json();
    return [answer.status, issues.map(({ path }: { path: string }) => path).join()];
  };
  for (const value of ["", 5, null, undefined, "x".repeat(65 * 1024), "ä".repeat(16_385), "a\0b", "\ud800"]) {
    deepEqual(await put("A", { value }), [400, "value"], String(value).slice(0, 20));
  }
  for (const name of ["1a", "a%20b", "a%2Fb", "-a", ".a", "a".repeat(101), "%C3%A4", "a%00", "a%7D"]) {
    deepEqual(await put(name, { value: "v" }), [400, "name"], name);
  }
  deepEqual(await put("A", { value: "v", jobs: "x" }), [400, "jobs"]);
  deepEqual(await put("A", { value: "v", jobs: [""] }), [400, "jobs.0"]);
  deepEqual(await put("A", { value: "v", selectors: { a: "b" } }), [400, "selectors"]);
  for (const body of ["", "{", "[]", "5"]) equal((await put("A", body))[0], 400);
  deepEqual(await carillon.json("GET", "/v1/secrets"), []);
  deepEqual(await put("A", { value: "x".repeat(32 * 1024) }), [200, ""]);
  const big = Array.from({ length: 50 }, (_, i) => `${i}`.repeat(250));
  equal((await put("A", { value: "x".repeat(32 * 1024), jobs: big }))[0], 413);
  equal((await carillon.request("/v1/secrets/none", { method: "DELETE" })).status, 404);

  await using keyless = await startCarillon({ agent: false });
  const init = { method: "PUT", body: JSON.stringify({ value: "v" }) };
  for (const [path, how] of [["/v1/secrets/A", init], ["/v1/secrets/rotate", { method: "POST" }]] as const) {
    const answer = await keyless.request(path, how);
    equal(answer.status, 400);
    match(
      (await answer.json()).message,
      /has no key for secrets; start it with --secret-key-file FILE or CARILLON_SECRET_KEY/,
    );
  }
});

Deno.test("secrets: who may use one stays as it is unless it is said, and the trail tells of all but the value", async () => {
  await using carillon = await startCarillon({ secretKeys: await keysOf(newKey()), agent: false });
  const use = async (body: Record<string, unknown>) => {
    const { jobs, selectors } = await carillon.json("PUT", "/v1/secrets/A", { value: "v", ...body });
    return [jobs, selectors];
  };
  deepEqual(await use({ jobs: ["a-*"], selectors: [{ role: "db" }] }), [["a-*"], [{ role: "db" }]]);
  deepEqual(await use({}), [["a-*"], [{ role: "db" }]]);
  deepEqual(await use({ jobs: [] }), [[], [{ role: "db" }]]);
  await carillon.json("DELETE", "/v1/secrets/A");
  const records = await carillon.json<{ action: string; target: string; changes: { field: string }[] }[]>(
    "GET",
    "/v1/audit?target=A",
  );
  deepEqual(records.map(({ action, changes }) => [action, changes.map(({ field }) => field).join()]), [
    ["secret.delete", "jobs,key_id,selectors"],
    ["secret.set", "jobs"],
    ["secret.set", ""],
    ["secret.set", "jobs,key_id,selectors"],
  ]);
});

Deno.test("secrets: only an admin sees and changes them", async () => {
  await using carillon = await startCarillon({ secretKeys: await keysOf(newKey()), agent: false, asksTokens: true });
  for (const role of ["viewer", "operator", "editor"] as const) {
    const token = await carillon.server.tokens.create({ name: role, role, scope: null, expiresAt: null }, TESTER);
    const headers = { authorization: `Bearer ${token}` };
    for (const [method, path] of [["GET", ""], ["PUT", "/A"], ["DELETE", "/A"], ["POST", "/rotate"]]) {
      equal((await carillon.request(`/v1/secrets${path}`, { method, headers })).status, 403, `${role} ${method}`);
    }
  }
});

Deno.test("restoreBackup() brings back secrets encrypted as they were", async () => {
  const keys = await keysOf(newKey());
  let text = "";
  {
    await using carillon = await startCarillon({ secretKeys: keys, agent: false });
    await carillon.json("PUT", "/v1/secrets/A", { value: VALUE, jobs: ["a"] });
    text = await backUp(carillon.engine);
  }
  deepEqual(formsOf(VALUE).filter((form) => text.includes(form)), []);
  const engine = openMemory();
  await restoreText(engine, text);
  await using restored = await startCarillon({ secretKeys: keys, engine });
  await restored.json("POST", "/v1/jobs", job("a", { command: ["echo", "${secret:A}"] }));
  equal((await runOf(restored, "a")).text, "***\n");
  await rejects(restored.json("POST", "/v1/jobs", job("b", { command: ["echo", "${secret:A}"] })), /403/);
});
