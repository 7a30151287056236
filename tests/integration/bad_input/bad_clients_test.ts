import assert from "node:assert/strict";
import { startCarillon } from "../../support/carillon.ts";
import { eventually } from "../../support/eventually.ts";

/** The app on a socket of its own. */
function listen(handler: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Sends bytes as they are, and answers what comes back until the server closes or has said `enough`. */
async function rawAnswer(port: number, parts: readonly (string | Uint8Array)[], enough: RegExp): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const writing = (async () => {
    for (const part of parts) {
      const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
      for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    }
  })().catch(() => {});
  let said = "";
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  while (!enough.test(said)) {
    const read = await connection.read(buffer).catch(() => null);
    if (read === null) break;
    said += decoder.decode(buffer.subarray(0, read), { stream: true });
  }
  await Promise.race([writing, Promise.resolve()]);
  return said;
}

const HOST = "Host: 127.0.0.1\r\n";
const BIG = new Uint8Array(17 << 20).fill(97);

Deno.test("the server refuses big, lying and smuggled requests on a socket, and goes on", async () => {
  await using carillon = await startCarillon({ agent: false });
  await using http = listen((request) => carillon.request(new URL(request.url).pathname, request));
  const posts: [parts: (string | Uint8Array)[], says: RegExp][] = [
    [[`POST /v1/jobs HTTP/1.1\r\n${HOST}Content-Length: ${BIG.length}\r\n\r\n`, BIG], /^HTTP\/1\.1 413 /],
    [
      [`POST /v1/jobs HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1100000\r\n`, BIG, "\r\n0\r\n\r\n"],
      /^HTTP\/1\.1 413 /,
    ],
    [
      [`POST /agent/v1/poll HTTP/1.1\r\n${HOST}Carillon-Protocol: 1\r\nContent-Length: ${BIG.length}\r\n\r\n`, BIG],
      /^HTTP\/1\.1 413 /,
    ],
    [[`POST /v1/jobs HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n`], /^HTTP\/1\.1 400 /],
    [[`POST /v1/jobs HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`], /^HTTP\/1\.1 400 /],
    [[`GET /v1/jobs HTTP/1.1\r\nHost: evil.example\r\n\r\n`], /^HTTP\/1\.1 403 /],
    [[`GET /v1/${"x".repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`], /^HTTP\/1\.1 4\d\d /],
    [[`GET /v1/jobs HTTP/1.1\r\n${HOST}X: ${"x".repeat(2_000_000)}\r\n\r\n`], /^HTTP\/1\.1 4\d\d |^$/],
    [[`\u0000\u0001garbage\r\n\r\n`], /^HTTP\/1\.1 400 |^$/],
  ];
  for (const [parts, says] of posts) {
    const said = await rawAnswer(http.port, parts, /\r\n\r\n/);
    assert.match(said.split("\r\n")[0] ?? "", says, String(parts[0]).slice(0, 60));
  }
  assert.deepEqual(await carillon.json("GET", "/v1/jobs"), []);
});

Deno.test("a body that breaks off is refused as any other, and changes nothing", async () => {
  await using carillon = await startCarillon({ agent: false });
  const whole = new TextEncoder().encode('{"name":"a","schedule":"@daily"}');
  for (const sentBytes of [0, 10, whole.length]) {
    const body = new ReadableStream({
      pull(controller) {
        if (sentBytes > 0) controller.enqueue(whole.subarray(0, sentBytes));
        controller.error(new Deno.errors.ConnectionReset("connection reset by peer"));
      },
    });
    const response = await carillon.request("/v1/jobs", { method: "POST", body });
    assert.deepEqual([response.status, (await response.json()).code], [400, "invalid"]);
  }
  assert.deepEqual(await carillon.json("GET", "/v1/jobs"), []);
});

Deno.test("followers that go away leave nothing behind", async () => {
  await using carillon = await startCarillon();
  await using http = listen((request) => {
    const { pathname, search } = new URL(request.url);
    return carillon.request(pathname + search, request);
  });
  const executor_config = { command: "sleep 60" };
  await carillon.json("POST", "/v1/jobs", { name: "a", schedule: "@yearly", executor: "shell", executor_config });
  const run = await carillon.request("/v1/jobs/a/run", { method: "POST" });
  await run.body?.cancel();
  const path = `/v1/jobs/a/executions/${run.headers.get("x-carillon-group")}-0000-001`;
  const id = path.split("/").at(-1) ?? "";
  await eventually(async () => (await carillon.json("GET", path)).state === "running", { what: "the run" });
  const { outputs } = carillon.server;
  for (let round = 0; round < 3; round++) {
    const connections = await Promise.all(Array.from({ length: 150 }, async () => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: http.port });
      await connection.write(new TextEncoder().encode(`GET ${path}/output?follow HTTP/1.1\r\n${HOST}\r\n`));
      return connection;
    }));
    await eventually(() => outputs.followed([id]).length === 1, { what: "followers" });
    for (const connection of connections) connection.close();
    await eventually(() => outputs.followed([id]).length === 0, { what: "no follower", withinMs: 20_000 });
  }
  await (await carillon.request(`${path}/cancel`, { method: "POST" })).body?.cancel();
});
