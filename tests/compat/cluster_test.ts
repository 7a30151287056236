import assert from "node:assert/strict";
import { z } from "zod";
import { leaderAnswerSchema, memberAnswerSchema } from "../../routes/wire/member_answer.ts";
import { openApp } from "./open_app.ts";
import { readJob, readJson, refusedWith, send, shellJob } from "./requests.ts";

Deno.test("GET /v1 shows this node", async () => {
  await using app = await openApp();
  for (const path of ["/v1", "/v1/"]) {
    const shape = z.object({
      agent: z.object({ name: z.string().min(1), version: z.string() }),
      serf: z.record(z.string(), z.string()),
      tags: z.record(z.string(), z.string()),
      timezone: z.literal("UTC"),
    });
    shape.strict().parse(await readJson(await app.request(path), 200));
  }
});

Deno.test("GET /v1/members lists nodes as serf members, with ids that stay the same", async () => {
  await using app = await openApp();
  const read = async () => z.array(memberAnswerSchema).parse(await readJson(await app.request("/v1/members"), 200));
  const [first] = await read();
  assert.deepEqual([first?.Status, first?.statusText, first?.Tags.server], [1, "alive", "true"]);
  assert.deepEqual((await read())[0]?.id, first?.id);
});

Deno.test("GET /v1/leader answers a member without id, GET /v1/isleader a sentence", async () => {
  await using app = await openApp();
  const leader = leaderAnswerSchema.strict().parse(await readJson(await app.request("/v1/leader"), 200));
  assert.notEqual(leader.Name, "");
  assert.equal(await readJson(await app.request("/v1/isleader"), 200), "I am a leader");
});

Deno.test("GET /v1/stats answers a row a day, oldest first, 30 days unless told otherwise", async () => {
  await using app = await openApp();
  const shape = z.object({
    stats: z.array(z.object({ date: z.string(), success_count: z.number(), failed_count: z.number() })),
  });
  for (
    const [query, rows] of [["", 30], ["?days=7", 7], ["?days=x", 30], ["?days=0", 30], ["?days=999", 365]] as const
  ) {
    const { stats } = shape.parse(await readJson(await app.request(`/v1/stats${query}`), 200));
    assert.equal(stats.length, rows, query);
    assert.ok((stats[0]?.date ?? "") <= (stats.at(-1)?.date ?? ""));
  }
});

Deno.test("GET /health and /ready answer whoever watches the process", async () => {
  await using app = await openApp();
  assert.deepEqual(await readJson(await app.request("/health"), 200), { status: "healthy", leader: true });
  assert.deepEqual(await readJson(await app.request("/ready"), 200), { status: "ready" });
});

Deno.test("GET / sends browsers to the UI and answers others 404", async () => {
  await using app = await openApp();
  const browser = await app.request("/", { headers: { accept: "text/html,*/*" }, redirect: "manual" });
  assert.deepEqual([browser.status, browser.headers.get("location")], [303, "/ui/"]);
  await refusedWith(await app.request("/"), 404, "not_found");
  const page = await app.request("/ui/");
  assert.match(await page.text(), /<title>Carillon/);
  assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'/);
});

Deno.test("X-Whom, pretty and trailing slashes are as in Dkron", async () => {
  await using app = await openApp();
  const stored = await send(app, "POST", "/v1/jobs?pretty", shellJob("pretty"));
  assert.ok(stored.headers.get("x-whom"));
  assert.match(await stored.text(), /^\{\n {4}"id": "pretty",\n/);
  assert.match(await (await app.request("/v1/jobs/pretty?pretty=")).text(), /\n {4}"name"/);
  assert.equal((await readJob(await app.request("/v1/jobs/pretty/"))).name, "pretty");
});

Deno.test("unknown paths and methods answer 404, HEAD and OPTIONS work", async () => {
  await using app = await openApp();
  for (
    const [method, path] of [["GET", "/nope"], ["GET", "/v1/nope"], ["DELETE", "/v1/jobs"], ["PATCH", "/v1/jobs/a"]]
  ) {
    await refusedWith(await send(app, method ?? "", path ?? ""), 404, "not_found");
  }
  const head = await send(app, "HEAD", "/v1/jobs");
  assert.deepEqual([head.status, await head.text()], [200, ""]);
  const options = await send(app, "OPTIONS", "/v1/jobs");
  assert.equal(options.status, 204);
  assert.equal(options.headers.get("access-control-allow-origin"), null);
});

Deno.test("GET /v1/schedules/preview shows times, words and notes, or what is wrong", async () => {
  await using app = await openApp();
  const shape = z.object({ times: z.array(z.string()), words: z.string().min(1), notes: z.array(z.string()) });
  const path = "/v1/schedules/preview";
  const shown = shape.parse(await readJson(await app.request(`${path}?schedule=@daily&timezone=Asia/Tokyo&n=3`), 200));
  assert.equal(shown.times.length, 3);
  assert.ok(shown.times.every((time) => time.endsWith("T15:00:00Z")), `${shown.times}`);
  await refusedWith(await app.request(`${path}?schedule=nonsense`), 400, "invalid");
  await refusedWith(await app.request(path), 400, "invalid");
});

Deno.test("GET /v1/jobs/:job/gaps answers [] without any, 404 without the job", async () => {
  await using app = await openApp();
  await readJob(await send(app, "POST", "/v1/jobs", shellJob("gapless")), 201);
  assert.equal(await (await app.request("/v1/jobs/gapless/gaps")).text(), "[]");
  await refusedWith(await app.request("/v1/jobs/none/gaps"), 404, "not_found");
});
