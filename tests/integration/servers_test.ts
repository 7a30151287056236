import assert from "node:assert/strict";
import { followOutput, type WrittenPiece } from "../../src/cli/follow_output.ts";
import { createClient } from "../../src/client/mod.ts";
import { systemClock } from "../../src/runtime/mod.ts";
import { CarillonProcess, WITHIN } from "../support/carillon_process.ts";
import { DenoKvServer } from "../support/deno_kv_server.ts";
import { EtcdCluster } from "../support/etcd_cluster.ts";
import { eventually } from "../support/eventually.ts";
import { denokv, etcd, type Program, testWith } from "../support/programs.ts";

/** A store that several servers can share. */
interface SharedStore extends AsyncDisposable {
  readonly url: string;
  readonly env: Record<string, string>;
}

const STORES: { program: Program; open: () => Promise<SharedStore> }[] = [
  {
    program: denokv,
    async open() {
      const server = await DenoKvServer.start();
      return {
        url: server.url,
        env: { DENO_KV_ACCESS_TOKEN: server.accessToken },
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    },
  },
  {
    program: etcd,
    async open() {
      const cluster = await EtcdCluster.start(3);
      return { url: cluster.url, env: {}, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() };
    },
  },
];

/** Servers on one store, and agents. */
class Servers implements AsyncDisposable {
  readonly dir: string;
  readonly store: SharedStore;
  readonly all: (CarillonProcess & { url: string })[] = [];
  readonly agents: CarillonProcess[] = [];

  constructor(dir: string, store: SharedStore) {
    this.dir = dir;
    this.store = store;
  }

  /** Starts one more server. */
  async add(name: string): Promise<ReturnType<typeof createClient>> {
    const args = ["start", "--server", "--no-agent", "--node-name", name, "--data-dir", `${this.dir}/${name}`];
    const server = new CarillonProcess(
      [...args, "--http-addr", "127.0.0.1:0", "--kv", this.store.url],
      this.store.env,
    );
    this.all.push(Object.assign(server, { url: "" }));
    const [, url = ""] = await server.says(/url=(http:\/\/127\.0\.0\.1:\d+)/);
    Object.assign(server, { url });
    return createClient({ baseUrl: url, fetch });
  }

  /** Starts an agent that knows these servers. */
  agent(name: string, urls: readonly string[]): void {
    const joins = urls.flatMap((url) => ["--join", url]);
    const args = ["start", ...joins, "--node-name", name, "--data-dir", `${this.dir}/${name}`, "--tag", `at=${name}`];
    this.agents.push(new CarillonProcess(args));
  }

  /** Addresses of its servers. */
  get urls(): string[] {
    return this.all.map(({ url }) => url);
  }

  /** The server that leads, as one of them says. */
  async leader(): Promise<CarillonProcess & { url: string }> {
    return await eventually(async () => {
      for (const server of this.all) {
        const answer = await fetch(`${server.url}/v1/isleader`).catch(() => null);
        await answer?.body?.cancel();
        if (answer?.ok) return server;
      }
    }, { ...WITHIN, what: "a leader" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of [...this.agents, ...this.all]) await process[Symbol.asyncDispose]();
    await this.store[Symbol.asyncDispose]();
    await Deno.remove(this.dir, { recursive: true });
  }
}

const shell = (command: string) => ({ executor: "shell", executor_config: { shell: true, command } });

/** Lines of a job that prints 300 KiB in pieces of 5 KiB over some seconds: each with its number, and when it was printed. */
const LINES = 60;
const LINE = /^(\d+) \d+ x{5100}$/;
const printSlowly = (go: string) =>
  `x=$(head -c 5100 /dev/zero | tr '\\0' x); for i in $(seq ${LINES}); do echo $i $(date +%s%3N) $x; sleep 0.1; done; ` +
  `until test -e ${go}; do sleep 0.05; done; echo over`;

for (const { program, open } of STORES) {
  testWith(program, `two servers on one ${program.name} are one scheduler`, async () => {
    await using servers = new Servers(await Deno.makeTempDir({ prefix: "carillon-servers-" }), await open());
    const a = await servers.add("a");
    const b = await servers.add("b");
    for (const [i, url] of servers.urls.entries()) servers.agent(`agent-${i}`, [url]);
    await a.apply({ name: "there", schedule: "@manually", tags: { at: "agent-1" }, ...shell("echo hello; sleep 30") }, {
      strict: true,
    });
    const found = await eventually(
      async () => (await b.jobs()).views.some(({ job }) => job.definition.name === "there"),
      {
        ...WITHIN,
        what: "a job that another server stored",
      },
    );
    assert.ok(found);
    // Started at one server, run by the agent of the other, and ended at the first.
    const [running] = await eventually(async () => {
      const members = await a.members();
      if (members.filter(({ state, tags }) => state === "alive" && tags.server === undefined).length < 2) {
        return undefined;
      }
      await a.run("there", { wait: false, force: false });
      return await eventually(async () => {
        const { executions } = await a.executions("there", { state: "running" });
        return executions.length > 0 ? executions : undefined;
      }, WITHIN);
    }, WITHIN);
    await a.cancel("there", running?.id ?? "", "test");
    await eventually(async () => {
      const { executions } = await b.executions("there", { state: "cancelled" });
      return executions.length === 1;
    }, { ...WITHIN, what: "the run cancelled" });
  });

  testWith(program, `the death of a leader on ${program.name} loses and doubles no due time`, async () => {
    await using servers = new Servers(await Deno.makeTempDir({ prefix: "carillon-servers-" }), await open());
    const client = await servers.add("a");
    await servers.add("b");
    for (const name of ["agent-0", "agent-1"]) servers.agent(name, servers.urls);
    const log = `${servers.dir}/starts`;
    await eventually(
      async () => (await client.members()).filter(({ state }) => state === "alive").length === 4,
      { ...WITHIN, what: "two servers and two agents" },
    );
    await client.apply({
      name: "tick",
      schedule: "* * * * * *",
      target: "one",
      misfire: { policy: "all" },
      ...shell(`echo $CARILLON_DUE_AT >> ${log}`),
    }, { strict: true });
    const starts = () => Deno.readTextFileSync(log).split("\n").length - 1;
    await eventually(() => starts() >= 2, { ...WITHIN, what: "first starts" });
    const leader = await servers.leader();
    const shown: { Name: string; Addr: string; Port: number; Tags: Record<string, string> } =
      await (await fetch(`${servers.urls[0]}/v1/leader`)).json();
    assert.deepEqual([`http://${shown.Addr}:${shown.Port}`, shown.Tags.server], [leader.url, "true"]);
    await leader.end("SIGKILL");
    const rest = servers.all.find((server) => server !== leader);
    assert.ok(rest);
    const survivor = createClient({ baseUrl: rest.url, fetch });
    const before = starts();
    await eventually(() => starts() >= before + 6, { ...WITHIN, what: "starts after the leader's death" });
    await survivor.toggle("tick");
    const ended = await eventually(async () => {
      const { executions } = await survivor.executions("tick", { state: "queued,running,success,failed,lost,skipped" });
      return executions.every(({ state }) => state === "success") && executions.length === starts()
        ? executions
        : undefined;
    }, { ...WITHIN, what: "all runs ended" });
    const dues = ended.map(({ dueAt }) => Math.floor((dueAt ?? 0) / 1_000)).sort((x, y) => x - y);
    assert.deepEqual(dues, dues.map((_, i) => (dues[0] ?? 0) + i), "every second once");
  });

  testWith(
    program,
    `a pause of the cluster on ${program.name} holds at all servers, over the death of a leader`,
    async () => {
      await using servers = new Servers(await Deno.makeTempDir({ prefix: "carillon-servers-" }), await open());
      const [a, b] = [await servers.add("a"), await servers.add("b")];
      for (const [i, url] of servers.urls.entries()) servers.agent(`agent-${i}`, [url, ...servers.urls]);
      await eventually(
        async () => (await b.members()).filter(({ state }) => state === "alive").length === 4,
        { ...WITHIN, what: "two servers and two agents" },
      );
      const log = `${servers.dir}/starts`;
      const job = { target: "one", ...shell(`echo $CARILLON_JOB_NAME >> ${log}`) };
      await a.apply({ name: "tick", schedule: "* * * * * *", ...job }, { strict: true });
      await a.apply({ name: "hand", schedule: "@manually", ...job }, { strict: true });
      const starts = () => Deno.readTextFileSync(log).split("\n").length - 1;
      await eventually(() => starts() >= 2, { ...WITHIN, what: "first starts" });
      // Two servers, one after the other: what one has answered binds the other at once.
      const paused = await b.pauseCluster({ policy: "all", note: "both", to: null });
      await a.run("hand", { wait: false, force: false });
      await eventually(async () => {
        const { executions } = await a.executions("tick", { state: "queued,running" });
        return executions.every(({ node }) => node === "");
      }, { ...WITHIN, what: "an end of what agents had" });
      const before = starts();
      const leader = await servers.leader();
      await leader.end("SIGKILL");
      const rest = servers.all.find((server) => server !== leader);
      assert.ok(rest);
      const survivor = createClient({ baseUrl: rest.url, fetch });
      await rest.says(/Leading/);
      await eventually(() => Date.now() > (paused?.from ?? 0) + 6_000, {
        ...WITHIN,
        what: "some times inside the pause",
      });
      assert.deepEqual([starts(), await survivor.clusterPause()], [before, paused]);
      await survivor.unpauseCluster();
      await eventually(() => starts() >= before + 8, { ...WITHIN, what: "what was held, and more" });
      await survivor.toggle("tick");
      const ended = await eventually(async () => {
        const { executions } = await survivor.executions("tick", {
          state: "queued,running,success,failed,lost,skipped",
        });
        return executions.every(({ state }) => state === "success") ? executions : undefined;
      }, { ...WITHIN, what: "all runs ended" });
      const dues = ended.map(({ dueAt }) => Math.floor((dueAt ?? 0) / 1_000)).sort((x, y) => x - y);
      assert.deepEqual(dues, dues.map((_, i) => (dues[0] ?? 0) + i), "every second once");
      assert.equal(starts(), ended.length + 1, "and what was started by hand");
    },
  );

  testWith(program, `output is followed live at any server on one ${program.name}`, async () => {
    await using servers = new Servers(await Deno.makeTempDir({ prefix: "carillon-servers-" }), await open());
    const a = await servers.add("a");
    const b = await servers.add("b");
    servers.agent("agent", servers.urls.slice(0, 1));
    const go = `${servers.dir}/go`;
    await eventually(async () => (await b.members()).some(({ state, name }) => state === "alive" && name === "agent"), {
      ...WITHIN,
      what: "the agent, as the other server sees it",
    });
    await a.apply({ name: "grow", schedule: "@manually", ...shell(printSlowly(go)) }, { strict: true });
    await a.run("grow", { wait: false, force: false });
    const { id } = await eventually(async () => {
      const { executions } = await b.executions("grow", { state: "queued,running" });
      return executions[0];
    }, WITHIN);
    let text = "";
    const take = (piece: WrittenPiece) => {
      assert.equal(piece.kind, "bytes", "nothing is skipped");
      if (piece.kind === "bytes") text += new TextDecoder().decode(piece.data);
    };
    const end = followOutput({ client: b, clock: systemClock }, { job: "grow", id }, take);
    // All of it comes while the job still runs: it waits to be let go.
    await eventually(() => text.split("\n").length > LINES, { ...WITHIN, what: "everything printed so far" });
    const numbers = text.trimEnd().split("\n").map((line) => Number(LINE.exec(line)?.[1]));
    assert.deepEqual(numbers, Array.from({ length: LINES }, (_, i) => i + 1));
    await Deno.writeTextFile(go, "");
    assert.equal((await end).state, "success");
    assert.ok(text.endsWith("x\nover\n"));
    // Who comes after the end reads what is kept, and it is the same.
    const [live, place] = [text, { job: "grow", id }];
    text = "";
    await followOutput({ client: b, clock: systemClock }, place, take);
    assert.equal(text, live);
  });
}
