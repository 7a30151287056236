import { DenoKvServer } from "../../support/deno_kv_server.ts";
import { EtcdCluster } from "../../support/etcd_cluster.ts";
import { eventually } from "../../support/eventually.ts";
import { Child } from "../child.ts";
import type { BenchOptions } from "../figure.ts";
import type { Api } from "../jobs.ts";
import { type BenchTokens, benchTokens } from "../tokens.ts";
import { cpuMs } from "../process_stat.ts";

/** The stores that a fleet is measured on. */
export const STORES = ["etcd", "denokv"] as const;
/** A store that a fleet is measured on. */
export type StoreName = typeof STORES[number];

/** CPU time that was used, in milliseconds, by whom. */
export interface CpuMs {
  servers: number;
  agents: number;
  store: number;
}

const SERVERS = 3;

/** A store of its own, three servers and some agents, each in a process. */
export class BenchFleet implements Api, AsyncDisposable {
  readonly urls: readonly string[];
  readonly #servers: readonly Child[];
  readonly #agents: readonly Child[];
  readonly #store: DenoKvServer | EtcdCluster;
  readonly #stack: AsyncDisposableStack;
  readonly #tokens: BenchTokens;

  private constructor(
    parts: {
      servers: Child[];
      agents: Child[];
      store: DenoKvServer | EtcdCluster;
      urls: string[];
      tokens: BenchTokens;
    },
    stack: AsyncDisposableStack,
  ) {
    this.urls = parts.urls;
    this.#servers = parts.servers;
    this.#agents = parts.agents;
    this.#store = parts.store;
    this.#tokens = parts.tokens;
    this.#stack = stack;
  }

  /** Starts all of it on an empty store; resolves when one server leads and all agents are there. */
  static async start(name: StoreName, agentCount: number, options: BenchOptions): Promise<BenchFleet> {
    await using stack = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ prefix: "carillon-bench-" });
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    const store = stack.use(name === "etcd" ? await EtcdCluster.start(3) : await DenoKvServer.start());
    const tokens = benchTokens(options, folder);
    const ofStore = store instanceof DenoKvServer ? { DENO_KV_ACCESS_TOKEN: store.accessToken } : {};
    const env = { ...ofStore, ...tokens.env };
    const servers: Child[] = [], agents: Child[] = [], urls: string[] = [];
    const { denoFlags, slots } = options;
    for (let i = 0; i < SERVERS; i++) {
      const args = [`${folder}/server-${i}`, "1", `server-${i}`, store.url];
      const { child, port } = await Child.start("server_entry.ts", denoFlags, args, env);
      servers.push(stack.use(child));
      urls.push(`http://127.0.0.1:${port}`);
    }
    const fleet = new BenchFleet({ servers, agents, store, urls, tokens }, stack.move());
    try {
      const joining = await fleet.joinEnv();
      for (let i = 0; i < agentCount; i++) {
        const args = [`agent-${i}`, `${folder}/agent-${i}`, String(slots), ...urls];
        agents.push(fleet.#stack.use((await Child.start("cluster/agent_entry.ts", denoFlags, args, joining)).child));
      }
      await fleet.#whenReady(agentCount);
      return fleet;
    } catch (thrown) {
      await fleet[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  /** Asks one of the servers. */
  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers({ ...await this.#tokens.headers(), ...init.headers });
    const response = await fetch(`${this.urls[0]}${path}`, { ...init, headers });
    if (response.ok) return response;
    throw new Error(`Cannot ${init.method ?? "GET"} ${path}: ${response.status} ${await response.text()}`);
  }

  /** What an agent is started with: where tokens are asked for, one to join with. */
  async joinEnv(): Promise<Record<string, string>> {
    if (Object.keys(this.#tokens.env).length === 0) return {};
    const { token } = await (await this.request("/v1/join-tokens", { method: "POST", body: "{}" })).json();
    return { CARILLON_JOIN_TOKEN: token };
  }

  /** CPU time since the start. */
  async cpuMs(): Promise<CpuMs> {
    const sum = async (pids: readonly number[]) =>
      (await Promise.all(pids.map(cpuMs))).reduce((total, ms) => total + ms, 0);
    return {
      servers: await sum(this.#servers.map(({ pid }) => pid)),
      agents: await sum(this.#agents.map(({ pid }) => pid)),
      store: await sum(this.#store.pids),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  async #whenReady(agents: number): Promise<void> {
    await eventually(async () => {
      const members: unknown[] = await (await this.request("/v1/members")).json();
      await (await this.request("/v1/leader")).body?.cancel();
      return members.length === SERVERS + agents;
    }, { withinMs: 30_000, what: "the fleet" });
  }
}

/** What was used between two readings. */
export function cpuBetween(before: CpuMs, after: CpuMs): CpuMs {
  return {
    servers: after.servers - before.servers,
    agents: after.agents - before.agents,
    store: after.store - before.store,
  };
}
