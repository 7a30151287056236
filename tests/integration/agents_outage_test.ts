import assert from "node:assert/strict";
import { CarillonProcess, WITHIN } from "../support/carillon_process.ts";
import { eventually } from "../support/eventually.ts";
import { Fleet } from "../support/fleet.ts";

Deno.test("an agent runs on while its server is killed, and delivers output and result once when it is back", async () => {
  await using fleet = await Fleet.open();
  fleet.agent("web1", "--tag", "role=web");
  const letEnd = await fleet.job("job", { tags: { role: "web" } });
  await fleet.client.run("job", { wait: false, force: false });
  await fleet.states("job", "running");
  await fleet.server.end("SIGKILL");
  await letEnd();
  await eventually(() => [...Deno.readDirSync(`${fleet.dir}/web1/spool`)].length === 1, WITHIN);
  await fleet.restartServer();
  assert.deepEqual(await fleet.states("job", "success"), ["first\nlast\n"]);
  assert.equal(fleet.begun("job"), 1);
  await eventually(() => [...Deno.readDirSync(`${fleet.dir}/web1/spool`)].length === 0, WITHIN);
});

Deno.test("an agent that is killed and started again while its server is away delivers what had ended before", async () => {
  await using fleet = await Fleet.open();
  const agent = fleet.agent("web1");
  const letEnd = await fleet.job("ends");
  await fleet.job("stays");
  await agent.says(/Registered/);
  for (const job of ["ends", "stays"]) await fleet.client.run(job, { wait: false, force: false });
  await fleet.states("ends", "running");
  await fleet.states("stays", "running");
  await fleet.server.end("SIGKILL");
  await letEnd();
  await eventually(() => [...Deno.readDirSync(`${fleet.dir}/web1/spool`)].some(({ name }) => name.endsWith("json")));
  await agent.end("SIGKILL");
  const again = fleet.agent("web1");
  await again.says(/Cannot register, trying again/);
  await fleet.restartServer();
  assert.deepEqual(await fleet.states("ends", "success"), ["first\nlast\n"]);
  await fleet.states("stays", "lost");
  assert.deepEqual([fleet.begun("ends"), fleet.begun("stays")], [1, 1]);
});

Deno.test("an agent moves to another server when its own is gone, and stays there", async () => {
  await using fleet = await Fleet.open();
  const { url } = fleet.server;
  const seen = [0, 0];
  const front = (i: number) =>
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      seen[i] = (seen[i] ?? 0) + 1;
      const body = new Uint8Array(await request.arrayBuffer());
      const { method, headers, signal } = request;
      const forwarded = fetch(url + new URL(request.url).pathname, { method, headers, body, signal });
      return await forwarded.catch(() => new Response(null, { status: 502 }));
    });
  const fronts = [front(0), front(1)];
  const [first, second] = fronts.map(({ addr }) => `http://127.0.0.1:${addr.port}`);
  const args = ["start", "--join", first ?? "", "--join", second ?? "", "--node-name", "web1"];
  await using agent = new CarillonProcess([...args, "--data-dir", `${fleet.dir}/web1`]);
  await agent.says(/Registered/);
  const [used, other] = (seen[0] ?? 0) > 0 ? [0, 1] as const : [1, 0] as const;
  assert.equal(seen[other], 0);
  const letEnd = await fleet.job("job");
  await fleet.client.run("job", { wait: false, force: false });
  await fleet.states("job", "running");
  assert.equal(seen[other], 0);
  await fronts[used]?.shutdown();
  await letEnd();
  assert.deepEqual(await fleet.states("job", "success"), ["first\nlast\n"]);
  assert.match(agent.said, /Moved to another server/);
  assert.equal(fleet.begun("job"), 1);
  assert.equal(await agent.end("SIGTERM"), 0);
  await fronts[other]?.shutdown();
});

Deno.test("SIGTERM lets an agent finish what runs, take no more, and leave", async () => {
  await using fleet = await Fleet.open();
  const agent = fleet.agent("web1");
  const letEnd = await fleet.job("job");
  await agent.says(/Registered/);
  await fleet.client.run("job", { wait: false, force: false });
  await fleet.states("job", "running");
  const ended = agent.end("SIGTERM");
  await eventually(async () => (await fleet.client.members()).some(({ draining }) => draining), WITHIN);
  await fleet.job("later");
  await fleet.client.run("later", { wait: false, force: false });
  await letEnd();
  assert.equal(await ended, 0);
  await fleet.states("job", "success");
  await fleet.states("later", "queued");
  assert.deepEqual((await fleet.client.members()).map(({ name, state }) => [name, state]), [
    ["web1", "left"],
    ["server", "alive"],
  ]);
});

Deno.test("an operator lets an agent drain: it finishes what runs, takes no more, and works again afterwards", async () => {
  await using fleet = await Fleet.open();
  await fleet.agent("web1").says(/Registered/);
  const letEnd = await fleet.job("job");
  await fleet.client.run("job", { wait: false, force: false });
  await fleet.states("job", "running");
  assert.equal((await fleet.client.drain("web1", true)).draining, true);
  const letLaterEnd = await fleet.job("later");
  await letLaterEnd();
  await fleet.client.run("later", { wait: false, force: false });
  await letEnd();
  await fleet.states("job", "success");
  await fleet.states("later", "queued");
  await fleet.client.drain("web1", false);
  await fleet.states("later", "success");
});

Deno.test("an agent stops a run that would be given to another, before its server could do so, and it is tried again", async () => {
  await using fleet = await Fleet.open();
  await fleet.agent("web1").says(/Registered/);
  const letEnd = await fleet.job("job", { on_lost: "retry", retries: 1, grace: "500ms", lost_after: "11s" });
  await fleet.job("stays", { lost_after: "1m" });
  for (const job of ["job", "stays"]) {
    await fleet.client.run(job, { wait: false, force: false });
    await fleet.states(job, "running");
  }
  await fleet.server.end("SIGKILL");
  const spooled = () => [...Deno.readDirSync(`${fleet.dir}/web1/spool`)].filter(({ name }) => name.endsWith(".json"));
  await eventually(() => spooled().length === 1, WITHIN);
  await letEnd();
  await fleet.restartServer();
  const outputs = await fleet.states("job", "lost", "success");
  assert.deepEqual(outputs, ["first\n", "first\nlast\n"]);
  const { executions } = await fleet.client.executions("job", { _order: "ASC" });
  assert.match(executions[0]?.reason ?? "", /stopped by its agent: no server has answered for 5\.5s/);
  await fleet.states("stays", "running");
  assert.equal(fleet.begun("job"), 2);
});
