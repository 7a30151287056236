import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createAgentClient } from "../../src/client/mod.ts";
import { createLog, systemClock } from "../../src/runtime/mod.ts";
import { type Carillon, startCarillon } from "../support/carillon.ts";
import { eventually } from "../support/eventually.ts";
import { formsOf, keysOf, newKey, runOf, secretJob, VALUE } from "./secrets_world.ts";

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

Deno.test("secrets: a run gets its secrets, its output shows stars for them, and nothing that is stored or told holds one", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "carillon-" });
  const logged: string[] = [];
  const write = (line: string) => void logged.push(line);
  const log = createLog({ level: "debug", format: "text", now: () => systemClock.now(), write });
  {
    await using carillon = await startCarillon({ secretKeys: await keysOf(newKey()), dataDir, log });
    await carillon.json("PUT", "/v1/secrets/PW", { value: VALUE });
    const script = 'printf "got %s," "$PW"; printf %s "$PW" | base64; printf "sha %s" "$(printf %s "$PW" | sha256sum)"';
    await carillon.json(
      "POST",
      "/v1/jobs",
      secretJob("a", { command: script, shell: true, env: { PW: "${secret:PW}" } }),
    );
    const run = await runOf(carillon, "a");
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(VALUE))).toHex();
    equal(run.text, `got ***,***\nsha ${hash}  -`);
    equal(run.state, "success");
    // What it is cannot begin: the reason shows stars too.
    await carillon.json("POST", "/v1/jobs", secretJob("b", { command: ["/no/${secret:PW}"] }));
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
    secretJob("h", {
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
  await carillon.json("POST", "/v1/jobs", secretJob("other", uses));
  await carillon.json("POST", "/v1/jobs", secretJob("other", { command: "true" }));
  await carillon.json("PUT", "/v1/secrets/S", { value: "the value", jobs: ["backup-*"] });
  await refused("POST", "/v1/jobs", JSON.stringify(secretJob("other", uses)));
  await refused("PUT", "/v1/jobs/other", JSON.stringify(secretJob("other", uses)));
  await refused("POST", "/v1/jobs/other/revisions/1/restore", "");
  const form = new FormData();
  form.set("file", JSON.stringify([secretJob("backup-x", uses), secretJob("other", uses)]));
  await refused("POST", "/v1/restore", form);
  equal((await carillon.request("/v1/jobs/backup-x")).status, 404);

  await carillon.json("POST", "/v1/jobs", secretJob("backup-a", uses));
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
  await carillon.json("POST", "/v1/jobs", secretJob("a", { command: ["echo", "${secret:S}"] }));
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
  const body = JSON.stringify(secretJob("a", { command: "echo ${secret:later}", env: { X: "${secret:0:2}" } }));
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

Deno.test("secrets: an answer that was lost comes again with its secrets, and to the node that claimed alone", async () => {
  await using carillon = await startCarillon({ secretKeys: await keysOf(newKey()), agent: false });
  await carillon.json("PUT", "/v1/secrets/S", { value: "the value" });
  const node = (name: string) => {
    const client = createAgentClient({
      baseUrl: "http://127.0.0.1",
      fetch: (input, init) => carillon.request(new URL(new Request(input).url).pathname, init),
    });
    const who = { slots: 1, executors: ["shell"], version: "test", server: false, tags: {} };
    const poll = { node: name, incarnation: "1", freeSlots: 1, held: [], waitMs: 100 };
    return {
      register: () => client.register({ name, id: name, incarnation: "1", ...who }),
      claims: async () => (await client.poll(poll)).claims,
    };
  };
  const [one, other] = [node("a"), node("b")];
  await one.register();
  await carillon.json("POST", "/v1/jobs", { ...secretJob("j", { command: ["echo", "-${secret:S}-"] }), target: "one" });
  await carillon.json("POST", "/v1/jobs/j/run");
  await other.register();
  const [first] = await eventually(async () => {
    const claims = await one.claims();
    return claims.length > 0 && claims;
  });
  deepEqual([first?.config, first?.secrets], [{ command: ["echo", "-the value-"] }, ["the value"]]);
  deepEqual(await one.claims(), [first]);
  deepEqual(await other.claims(), []);
});
