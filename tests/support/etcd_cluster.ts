import { type Engine, openEngine } from "../../src/kv/mod.ts";
import type { Log } from "../../src/runtime/mod.ts";
import { Daemon } from "./daemon.ts";
import { freePorts } from "./free_ports.ts";
import { etcd, pathOf } from "./programs.ts";

/** One member: where it listens, and its process while it runs. */
interface ClusterMember {
  name: string;
  clientUrl: string;
  peerUrl: string;
  daemon: Daemon | undefined;
}

/** How a cluster is started. */
export interface ClusterOptions {
  /** Further flags of each member. */
  flags?: readonly string[];
  /** The scheme that clients use; `https` wants certificates among the flags. */
  scheme?: "http" | "https";
}

/** A real etcd cluster on free ports, with its data in a temporary folder. Members are named by their index from 0. */
export class EtcdCluster implements AsyncDisposable {
  readonly #folder: string;
  readonly #members: readonly ClusterMember[];
  readonly #options: ClusterOptions;
  #stores = 0;

  private constructor(folder: string, size: number, options: ClusterOptions) {
    const ports = freePorts(2 * size);
    this.#folder = folder;
    this.#options = options;
    this.#members = Array.from({ length: size }, (_, i) => ({
      name: `m${i}`,
      clientUrl: `${options.scheme ?? "http"}://127.0.0.1:${ports[2 * i]}`,
      peerUrl: `http://127.0.0.1:${ports[2 * i + 1]}`,
      daemon: undefined,
    }));
  }

  /** Starts a cluster and waits until it takes writes. */
  static async start(size = 3, options: ClusterOptions = {}): Promise<EtcdCluster> {
    const cluster = new EtcdCluster(await Deno.makeTempDir({ prefix: "carillon-etcd-" }), size, options);
    try {
      await Promise.all(cluster.#members.map((_, i) => cluster.restart(i)));
    } catch (thrown) {
      await cluster[Symbol.asyncDispose]();
      throw thrown;
    }
    return cluster;
  }

  /** How many members it has, running or not. */
  get size(): number {
    return this.#members.length;
  }

  /** The processes of its members that run. */
  get pids(): number[] {
    return this.#members.flatMap(({ daemon }) => daemon?.pid ?? []);
  }

  /** The address of its store. */
  get url(): string {
    return this.urlOf(this.#members.map((_, i) => i));
  }

  /** `host:port` of each member's clients. */
  get addresses(): string[] {
    return this.#members.map(({ clientUrl }) => new URL(clientUrl).host);
  }

  /** The address of its store by these members alone, in this order. */
  urlOf(members: readonly number[]): string {
    const hosts = members.map((i) => this.addresses[i] ?? "").join(",");
    return `${this.#options.scheme === "https" ? "etcds" : "etcd"}://${hosts}`;
  }

  /** Opens a store; a new, empty one in a namespace of its own when no address is given. */
  open(url = `${this.url}/test-${this.#stores++}`, log?: Log): Promise<Engine> {
    return openEngine(url, { log });
  }

  /** Ends a member as a power cut would. */
  async kill(i: number): Promise<void> {
    const member = this.#member(i);
    await member.daemon?.kill();
    member.daemon = undefined;
  }

  /** Holds a member still. */
  pause(i: number): void {
    this.#member(i).daemon?.pause();
  }

  /** Lets a member go on. */
  resume(i: number): void {
    this.#member(i).daemon?.resume();
  }

  /** Starts a member (again) with its ports and data, and waits until it and a majority serve. */
  async restart(i: number): Promise<void> {
    const member = this.#member(i);
    await this.kill(i);
    member.daemon = await Daemon.start({
      program: pathOf(etcd),
      args: [...this.#flagsOf(member), ...this.#options.flags ?? []],
      ready: () => isHealthy(member, this.#options),
    });
  }

  /** The index of the member that leads, as a running member says; undefined while none does. */
  async leader(): Promise<number | undefined> {
    for (const [i, { clientUrl, daemon }] of this.#members.entries()) {
      if (!daemon) continue;
      const status = await post(`${clientUrl}/v3/maintenance/status`).catch(() => undefined);
      if (status?.leader !== undefined && status.leader === status.header?.member_id) return i;
    }
    return undefined;
  }

  /** Runs etcdctl on the cluster; throws what it says when it fails. */
  async etcdctl(args: readonly string[]): Promise<string> {
    const endpoints = this.#members.map(({ clientUrl }) => clientUrl).join(",");
    const { success, stdout, stderr } = await new Deno.Command("etcdctl", {
      args: ["--endpoints", endpoints, ...args],
      env: { ETCDCTL_API: "3" },
    }).output();
    const text = new TextDecoder();
    if (!success) throw new Error(`Cannot run etcdctl ${args.join(" ")}: ${text.decode(stderr)}`);
    return text.decode(stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#members.map((_, i) => this.kill(i)));
    await Deno.remove(this.#folder, { recursive: true });
  }

  #member(i: number): ClusterMember {
    const member = this.#members[i];
    if (!member) throw new RangeError(`Cannot find member ${i}: there are ${this.size}`);
    return member;
  }

  #flagsOf({ name, clientUrl, peerUrl }: ClusterMember): string[] {
    return [
      ...["--name", name, "--data-dir", `${this.#folder}/${name}`],
      ...["--listen-client-urls", clientUrl, "--advertise-client-urls", clientUrl],
      ...["--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl],
      ...["--initial-cluster", this.#members.map((member) => `${member.name}=${member.peerUrl}`).join(",")],
      ...["--initial-cluster-state", "new", "--initial-cluster-token", this.#folder],
      ...["--logger", "zap", "--log-level", "error"],
    ];
  }
}

/** With TLS a member is asked for a handshake only, as it wants a certificate of who asks. */
async function isHealthy({ clientUrl }: ClusterMember, { scheme }: ClusterOptions): Promise<boolean> {
  if (scheme === "https") {
    const { hostname, port } = new URL(clientUrl);
    using _connection = await Deno.connect({ hostname, port: Number(port) });
    return true;
  }
  const answer = await fetch(`${clientUrl}/health`, { signal: AbortSignal.timeout(1_000) });
  return (await answer.json()).health === "true";
}

async function post(url: string): Promise<{ leader?: string; header?: { member_id?: string } }> {
  const answer = await fetch(url, { method: "POST", body: "{}", signal: AbortSignal.timeout(1_000) });
  return await answer.json();
}
