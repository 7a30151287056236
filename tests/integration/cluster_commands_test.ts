import assert from "node:assert/strict";
import { findMembers } from "../../src/member/left_over.ts";
import { silentLog } from "../../src/runtime/mod.ts";
import { CarillonProcess, runCarillon, WITHIN } from "../support/carillon_process.ts";
import { eventually } from "../support/eventually.ts";
import { freePortPairs } from "../support/free_ports.ts";
import { etcdTest } from "../support/needs_etcd.ts";

const NAMES = ["n1", "n2", "n3"] as const;

/** Three servers, each a process with its own etcd member, started as an operator does. */
class Cluster implements AsyncDisposable {
  readonly dir: string;
  readonly ports = freePortPairs(NAMES.length + 1);
  readonly servers = new Map<string, CarillonProcess & { url: string }>();

  constructor(dir: string) {
    this.dir = dir;
  }

  /** What each server is told with `--cluster`. */
  get text(): string {
    return NAMES.map((name, at) => `${name}=http://127.0.0.1:${this.ports[at]}`).join(",");
  }

  /** Client addresses of the members, and of the one that comes later. */
  get etcd(): string {
    return this.ports.map((port) => `http://127.0.0.1:${port - 1}`).join(",");
  }

  /** Starts a server with the arguments of an operator, and those that tests need. */
  start(name: string, args: readonly string[]): CarillonProcess {
    const own = ["--no-agent", "--data-dir", `${this.dir}/${name}`, "--http-addr", "127.0.0.1:0"];
    const server = new CarillonProcess([...args, ...own]);
    this.servers.set(name, Object.assign(server, { url: "" }));
    return server;
  }

  /** Waits until a server serves; answers its address. */
  async serves(name: string): Promise<string> {
    const [, url = ""] = await this.servers.get(name)?.says(/is up .*url=(http:\S+)/) ?? [];
    return url;
  }

  /** Its etcd members that still run are ended too. */
  async [Symbol.asyncDispose](): Promise<void> {
    const env = { PATH: Deno.env.get("PATH") ?? "" };
    await Promise.all([...this.servers.values()].map((server) => server.end("SIGTERM")));
    for (const name of NAMES) {
      for (const pid of await findMembers({ env, log: silentLog }, `${this.dir}/${name}/etcd`)) {
        Deno.kill(pid, "SIGKILL");
      }
    }
    await Deno.remove(this.dir, { recursive: true });
  }
}

const statusOf = (cluster: Cluster, ...args: string[]) =>
  runCarillon(["cluster", "status", "--etcd", cluster.etcd, ...args]);

/** Starts all three and waits until each serves; answers the address of each. */
async function startAll(cluster: Cluster): Promise<string[]> {
  for (const name of NAMES) {
    cluster.start(name, ["start", "--server", "--node-name", name, "--cluster", cluster.text]);
  }
  return await Promise.all(NAMES.map((name) => cluster.serves(name)));
}

etcdTest(
  "cluster status and cluster replace, as processes, look after three servers with members of their own",
  async () => {
    await using cluster = new Cluster(await Deno.makeTempDir({ prefix: "carillon-cluster-" }));
    const [first = ""] = await startAll(cluster);
    const job = { name: "kept", schedule: "@manually", executor: "shell", executor_config: { command: "true" } };
    const made = await fetch(`${first}/v1/jobs`, { method: "POST", body: JSON.stringify(job) });
    assert.equal(made.status, 201, await made.text());

    const whole = await eventually(async () => {
      const answer = await statusOf(cluster);
      return answer.code === 0 && answer;
    }, WITHIN);
    assert.equal(whole.err, "");
    for (const name of NAMES) {
      assert.match(whole.out, new RegExp(`^${name} .* 3\\.\\d+\\.\\d+ .* MB .*(leader|follower)\\s*$`, "m"));
    }
    assert.equal(whole.out.match(/leader\s*$/gm)?.length, 1, whole.out);
    const report = JSON.parse((await statusOf(cluster, "--json")).out);
    assert.deepEqual([report.members.length, report.alarms], [3, []]);

    const [, , , port = 0] = cluster.ports;
    const replace = () =>
      runCarillon(
        ["cluster", "replace", "n3", "--peer-url", `http://127.0.0.1:${port}`],
        { CARILLON_ETCD: cluster.etcd },
      );
    const refused = await replace();
    assert.deepEqual([refused.code, /"n3": it answers at http/.test(refused.err)], [4, true], refused.err);

    assert.equal(await cluster.servers.get("n3")?.end("SIGTERM"), 0);
    await Deno.remove(`${cluster.dir}/n3`, { recursive: true });
    const broken = await eventually(async () => {
      const answer = await statusOf(cluster);
      return /leader\s*$/m.test(answer.out) && answer;
    }, WITHIN);
    assert.deepEqual([broken.code, /^n3 is silent: /m.test(broken.err)], [1, true], broken.err);
    assert.match(broken.out, /^n3 .* silent\s*$/m);

    const replaced = await replace();
    assert.equal(replaced.code, 0, replaced.err);
    const [, command = ""] = /^ {2}carillon (start .*)$/m.exec(replaced.out) ?? [];
    assert.ok(command.endsWith(`n3=http://127.0.0.1:${port}`), replaced.out);
    cluster.start("n3", command.split(" "));
    const third = await cluster.serves("n3");
    const kept = await fetch(`${third}/v1/jobs/kept`);
    assert.equal(kept.status, 200, await kept.text());
    const mended = await eventually(async () => {
      const answer = await statusOf(cluster);
      return answer.code === 0 && answer;
    }, WITHIN);
    assert.match(mended.out, new RegExp(`^n3 .* http://127\\.0\\.0\\.1:${port} `, "m"));
  },
);
