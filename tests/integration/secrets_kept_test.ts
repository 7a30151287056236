import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createClient } from "../../src/client/mod.ts";
import { openMemory } from "../../src/kv/mod.ts";
import { backUp, restoreText } from "../../src/transfer/stores_test.ts";
import { startCarillon } from "../support/carillon.ts";
import { CarillonProcess, runCarillon } from "../support/carillon_process.ts";
import { TESTER } from "../support/tester.ts";
import { formsOf, keysOf, newKey, runOf, secretJob, VALUE } from "./secrets_world.ts";

Deno.test("secrets: keys rotate, and a server without a key lists what it cannot read and fails what needs it", async () => {
  const [old, fresh] = [newKey(), newKey()];
  const dataDir = await Deno.makeTempDir({ prefix: "carillon-" });
  type Listed = { name: string; key_id: string; readable: boolean };
  {
    await using carillon = await startCarillon({ secretKeys: await keysOf(old), dataDir });
    for (const name of ["A", "B"]) await carillon.json("PUT", `/v1/secrets/${name}`, { value: `value of ${name}` });
    await carillon.json("POST", "/v1/jobs", secretJob("a", { command: ["echo", "${secret:A}"] }));
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
  await restored.json("POST", "/v1/jobs", secretJob("a", { command: ["echo", "${secret:A}"] }));
  equal((await runOf(restored, "a")).text, "***\n");
  await rejects(restored.json("POST", "/v1/jobs", secretJob("b", { command: ["echo", "${secret:A}"] })), /403/);
});

Deno.test("secrets: as a process, with keys from a file, a value from a pipe, and no key in what it starts", async () => {
  const dir = await Deno.makeTempDir({ prefix: "carillon-" });
  await Deno.writeTextFile(`${dir}/keys`, `# first\n${newKey()}\n`);
  const args = ["start", "--data-dir", `${dir}/data`, "--http-addr", "127.0.0.1:0", "--node-name", "n1"];
  {
    await using server = new CarillonProcess([...args, "--secret-key-file", `${dir}/keys`]);
    const [, url = ""] = await server.says(/url=(http:\/\/127\.0\.0\.1:\d+)/);
    const env = { CARILLON_URL: url };
    const set = await runCarillon(["secret", "set", "S", "--job", "show*"], env, `${VALUE}\n`);
    deepEqual(set, { code: 0, out: "S is kept\n", err: "" });
    const body = JSON.stringify(secretJob("show", { command: "cat; env", payload: "aGkK", env: { S: "${secret:S}" } }));
    await Deno.writeTextFile(`${dir}/job.json`, body.replace('"cat; env"', '["sh", "-c", "cat; env"]'));
    equal((await runCarillon(["job", "apply", "-f", `${dir}/job.json`], env)).code, 0);
    const run = await runCarillon(["job", "run", "show", "--wait"], env);
    equal(run.code, 0, run.err + run.out);
    const client = createClient({ baseUrl: url, fetch });
    const [execution] = (await client.executions("show")).executions;
    const output = new TextDecoder().decode(await client.output("show", execution?.id ?? ""));
    ok(output.includes("S=***") && !output.includes("SECRET_KEY"), output);
    ok(!server.said.includes(VALUE));
    equal(await server.end("SIGTERM"), 0);
  }
  const wrong = await runCarillon([...args, "--secret-key-file", `${dir}/job.json`]);
  equal(wrong.code, 2);
  match(wrong.err, /Cannot read keys of secrets from file ".*job.json": line 1 is not 32 bytes as base64 or hex/);
  await Deno.remove(dir, { recursive: true });
});
