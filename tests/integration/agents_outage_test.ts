import assert from "node:assert/strict";
import { type Client, createClient } from "../../src/client/mod.ts";
import { CarillonProcess } from "../support/carillon_process.ts";
import { eventually } from "../support/eventually.ts";

const ANY_STATE = { state: "queued,running,success,failed,cancelled,timed_out,lost,skipped", output: "true" };
const WITHIN = { withinMs: 30_000 };

/** A server that runs no jobs, and folders for it, for agents and for what jobs write. */
class Fleet implements AsyncDisposable {
  readonly dir: string;
  server: CarillonProcess & { port: number; url: string };
  readonly #agents: CarillonProcess[] = [];

  private constructor(dir: string, server: CarillonProcess & { port: number; url: string }) {
    this.dir = dir;
    this.server = server;
  }

  static async open(): Promise<Fleet> {
    const dir = await Deno.makeTempDir({ prefix: "carillon-fleet-" });
    return new Fleet(dir, await CarillonProcess.server(`${dir}/server`));
  }

  get client(): Client {
    return createClient({ baseUrl: this.server.url, fetch });
  }

  /** The server comes back where it was. */
  async restartServer(): Promise<void> {
    this.server = await CarillonProcess.server(`${this.dir}/server`, this.server.port);
  }

  /** An agent of this name, with a folder of its own. */
  agent(name: string, ...more: string[]): CarillonProcess {
    const own = ["--data-dir", `${this.dir}/${more.includes("--data-dir") ? "" : name}`];
    const args = ["start", "--join", this.server.url, "--node-name", name, ...own, ...more];
    const agent = new CarillonProcess(args);
    this.#agents.push(agent);
    return agent;
  }

  /** A job that notes its start, says something, waits for a file, and says more. Answers how to let it end. */
  async job(name: string, fields: Record<string, unknown> = {}): Promise<() => Promise<void>> {
    const at = `${this.dir}/${name}`;
    const command = `echo begun >> ${at}.marks; echo first; until test -e ${at}.go; do sleep 0.05; done; echo last`;
    await this.client.apply({
      name,
      schedule: "@manually",
      executor: "shell",
      executor_config: { shell: true, command },
      target: "one",
      ...fields,
    }, { strict: true });
    return () => Deno.writeTextFile(`${at}.go`, "");
  }

  /** How often a job was really begun. */
  begun(name: string): number {
    try {
      return Deno.readTextFileSync(`${this.dir}/${name}.marks`).split("\n").length - 1;
    } catch {
      return 0;
    }
  }

  /** Waits until the executions of a job are in these states; answers the outputs. */
  async states(name: string, ...expected: string[]): Promise<string[]> {
    return await eventually(async () => {
      const { executions } = await this.client.executions(name, { ...ANY_STATE, _order: "ASC" });
      assert.deepEqual(executions.map(({ state }) => state), expected);
      return executions.map(({ output }) => output);
    }, WITHIN);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const agent of this.#agents) await agent[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    await Deno.remove(this.dir, { recursive: true });
  }
}

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
  assert.match(agent.said, /Moving to the next server/);
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
  assert.deepEqual((await fleet.client.members()).map(({ name, state }) => [name, state]), [["web1", "left"]]);
});

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
