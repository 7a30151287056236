import { findMembers } from "../../src/member/left_over.ts";
import { type Member, type MemberOptions, startMember, type TlsFiles } from "../../src/member/mod.ts";
import { createLog, silentLog, systemClock } from "../../src/runtime/mod.ts";
import { freePortPairs } from "./free_ports.ts";
import { ETCD } from "./needs_etcd.ts";

/** What members get of the environment. */
const ENV = { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin" };

/** Servers' own members on this machine, each with its folder, ports and log. */
export class MemberCluster implements AsyncDisposable {
  readonly text: string;
  readonly tls: TlsFiles | undefined;
  readonly logs = new Map<string, string[]>();
  readonly #names: readonly string[];
  readonly #root: string;
  readonly #ports: readonly number[];
  readonly #running = new Map<string, Member>();

  private constructor(root: string, names: readonly string[], ports: readonly number[], tls: TlsFiles | undefined) {
    this.#root = root;
    this.#names = names;
    this.#ports = ports;
    this.tls = tls;
    const scheme = tls ? "https" : "http";
    this.text = names.map((name, index) => `${name}=${scheme}://127.0.0.1:${ports[index]}`).join(",");
  }

  /** Folders and ports; nothing is started. */
  static async create(names: readonly string[], tls?: (root: string) => Promise<TlsFiles>): Promise<MemberCluster> {
    const root = await Deno.makeTempDir({ prefix: "carillon-member-" });
    return new MemberCluster(root, names, freePortPairs(names.length), await tls?.(root));
  }

  /** The data directory of a server. */
  dirOf(name: string): string {
    return `${this.#root}/${name}`;
  }

  /** Where a member listens for its peers, or, one below, its clients. */
  portOf(name: string): number {
    return this.#ports[this.#names.indexOf(name)] ?? 0;
  }

  /** Where a member takes its clients. */
  clientUrl(name: string): string {
    return `${this.tls ? "https" : "http"}://127.0.0.1:${this.portOf(name) - 1}`;
  }

  /** Every member's client address. */
  clientUrls(): string[] {
    return this.#names.map((name) => this.clientUrl(name));
  }

  /** Starts one server's member; `changes` replace options. */
  async start(name: string, changes: Partial<MemberOptions> = {}): Promise<Member> {
    const lines: string[] = this.logs.get(name) ?? [];
    this.logs.set(name, lines);
    const log = createLog({ level: "debug", format: "text", now: Date.now, write: (line) => void lines.push(line) });
    const options = { cluster: this.text, nodeName: name, dataDir: this.dirOf(name), etcdBinary: ETCD, tls: this.tls };
    const member = await startMember({ ...options, ...changes }, { clock: systemClock, log, env: ENV, fetch });
    this.#running.set(name, member);
    return member;
  }

  /** Starts one and waits until it is ready; fails with its last log lines when that takes more than 20 s. */
  async startReady(name: string, changes: Partial<MemberOptions> = {}): Promise<void> {
    const member = await this.start(name, changes);
    await this.untilReady(name, member);
  }

  /** Starts all and waits until each has a quorum. */
  async startAll(): Promise<void> {
    await Promise.all(this.#names.map((name) => this.startReady(name)));
  }

  /** Waits for a started member; fails with its last log lines when that takes more than 20 s. */
  async untilReady(name: string, member: Member): Promise<void> {
    const deadline = AbortSignal.timeout(20_000);
    await member.waitUntilReady(deadline);
    if (deadline.aborted) throw new Error(`${name} is not ready:\n${this.logs.get(name)?.slice(-30).join("\n")}`);
  }

  /** Stops one server's member cleanly. */
  async stop(name: string): Promise<void> {
    await this.#running.get(name)?.[Symbol.asyncDispose]();
    this.#running.delete(name);
  }

  /** Stops all cleanly, at once. */
  async stopAll(): Promise<void> {
    await Promise.all(this.#names.map((name) => this.stop(name)));
  }

  /** The process ids of a server's etcd. */
  pidsOf(name: string): Promise<number[]> {
    return findMembers({ env: ENV, log: silentLog }, `${this.dirOf(name)}/etcd`);
  }

  /** Whether a line of a server's log matches. */
  hasSaid(name: string, pattern: RegExp): boolean {
    return this.logs.get(name)?.some((line) => pattern.test(line)) ?? false;
  }

  /** Stops what runs, ends what should not run any more, and removes the folders. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopAll();
    for (const pid of (await Promise.all(this.#names.map((name) => this.pidsOf(name)))).flat()) {
      Deno.kill(pid, "SIGKILL");
    }
    await Deno.remove(this.#root, { recursive: true });
  }
}
