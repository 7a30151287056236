import assert from "node:assert/strict";
import { startCarillon } from "../support/carillon.ts";
import { CarillonProcess } from "../support/carillon_process.ts";
import { Fleet } from "../support/fleet.ts";

Deno.test("an agent that is refused ends at once, with a message and a code of its own", async () => {
  await using fleet = await Fleet.open();
  await fleet.agent("web1").says(/Registered/);
  const twin = fleet.agent("web1", "--data-dir", `${fleet.dir}/twin`);
  assert.equal(await twin.ended(), 4);
  assert.match(
    twin.said,
    /ERROR Cannot register node "web1" from 127\.0\.0\.1: the name is taken by a live node at 127\.0\.0\.1/,
  );
  const sameFolder = fleet.agent("web2", "--data-dir", `${fleet.dir}/web1`);
  assert.equal(await sameFolder.ended(), 1);
  assert.match(sameFolder.said, /another process is using it/);
});

Deno.test("an agent without a server waits, and stops when it is told to", async () => {
  const dir = await Deno.makeTempDir();
  await using agent = new CarillonProcess(["start", "--join", "http://127.0.0.1:1", "--data-dir", dir]);
  await agent.says(/Cannot register, trying again/);
  assert.equal(await agent.end("SIGTERM"), 0);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("an agent of another protocol version ends at once; agent and server say which versions", async () => {
  await using fleet = await Fleet.open();
  const { url } = fleet.server;
  const aged = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const headers = new Headers(request.headers);
    headers.set("carillon-protocol", "99");
    return await fetch(url + new URL(request.url).pathname, { method: "POST", headers, body: await request.bytes() });
  });
  const args = ["start", "--join", `http://127.0.0.1:${aged.addr.port}`, "--data-dir", `${fleet.dir}/aged`];
  await using agent = new CarillonProcess(args);
  assert.equal(await agent.ended(), 4);
  assert.match(agent.said, /ERROR Cannot speak agent protocol "99": this server, Carillon .*, speaks 1;/);
  await fleet.server.says(/WARN +Cannot speak with an agent of another protocol version .*version=99 accepted=1/);
  await aged.shutdown();
});

Deno.test("an agent with a wrong token ends at once, and one with the right token keeps its own", async () => {
  await using carillon = await startCarillon({ asksTokens: true, agent: false });
  const token = await carillon.server.tokens.createJoin();
  const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, carillon.handle);
  const dataDir = await Deno.makeTempDir();
  const args = ["start", "--join", `http://127.0.0.1:${http.addr.port}`, "--data-dir", dataDir, "--node-name", "web1"];
  const refused: [env: Record<string, string>, says: RegExp][] = [
    [{}, /ERROR Cannot answer: this server asks for a token, .*--join-token/],
    [{ CARILLON_JOIN_TOKEN: `${token}x` }, /ERROR Cannot answer: the token is not known here/],
  ];
  for (const [env, says] of refused) {
    await using agent = new CarillonProcess(args, env);
    assert.equal(await agent.ended(), 4);
    assert.match(agent.said, says);
    assert.ok(!agent.said.includes(token));
  }
  // The second time it knows its own.
  const envs: Record<string, string>[] = [{ CARILLON_JOIN_TOKEN: token }, {}];
  for (const env of envs) {
    await using agent = new CarillonProcess(args, env);
    await agent.says(/Registered/);
    assert.equal(await agent.end("SIGTERM"), 0);
  }
  const { mode } = await Deno.stat(`${dataDir}/node-token`);
  assert.equal((mode ?? 0) & 0o077, 0);
  await http.shutdown();
  await Deno.remove(dataDir, { recursive: true });
});
