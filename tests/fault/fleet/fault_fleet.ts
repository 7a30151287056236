import { eventually } from "../../support/eventually.ts";
import { freePortPairs } from "../../support/free_ports.ts";
import { Sink } from "../judge/sink.ts";
import { shellLogIn, sinkLogIn } from "../judge/trace_files.ts";
import type { Traces } from "../judge/judged_job.ts";
import { FleetNode } from "./fleet_node.ts";
import { type FleetStore, openFleetStore, type StoreKind } from "./fleet_store.ts";

/** What a fleet is made of. */
export interface FleetPlan {
  store: StoreKind;
  /** Whether the servers reach their store through a proxy. */
  storeProxied: boolean;
  /** How many milliseconds the clock of each server is off; as many servers as there are numbers. */
  clocksOffMs: readonly number[];
  agents: number;
  /** Where all files of this fleet lie. */
  folder: string;
}

/** How long a fleet may take for anything, in milliseconds. */
const WITHIN_MS = 60_000;

/** How long a server may take to say whether it leads, in milliseconds. */
const ANSWER_MS = 1_000;

/** More than the jobs of a fault test ever have running. */
const SLOTS = 200;

/** Real servers on a real store, agents, and where their jobs leave traces. Disposing ends all of it. */
export class FaultFleet implements AsyncDisposable {
  readonly folder: string;
  readonly traces: Traces;
  readonly store: FleetStore;
  readonly servers: readonly FleetNode[];
  readonly agents: readonly FleetNode[];
  readonly #sink: Sink;

  private constructor({ folder, clocksOffMs, agents }: FleetPlan, store: FleetStore) {
    this.folder = folder;
    this.store = store;
    const shellLog = shellLogIn(folder);
    Deno.openSync(shellLog, { create: true, append: true }).close();
    this.#sink = new Sink(sinkLogIn(folder), 0);
    this.traces = { shellLog, sinkUrl: this.#sink.url, mark: crypto.randomUUID() };
    const ports = freePortPairs(clocksOffMs.length);
    clocksOffMs.forEach((ms, i) => Deno.writeTextFileSync(this.#clockPath(i), `${ms}`));
    this.servers = ports.map((port, i) => this.#server(i, port));
    this.agents = Array.from({ length: agents }, (_, i) => this.newAgent(`agent-${i}`, this.urls, SLOTS));
  }

  /** Starts a store, servers and agents; resolves when a server leads and all agents are there. */
  static async open(plan: FleetPlan): Promise<FaultFleet> {
    Deno.mkdirSync(plan.folder, { recursive: true });
    const fleet = new FaultFleet(plan, await openFleetStore(plan.store, plan.storeProxied));
    try {
      await Promise.all([...fleet.servers, ...fleet.agents].map((node) => node.start()));
      await fleet.leader();
      await fleet.untilAlive(plan.agents);
      return fleet;
    } catch (thrown) {
      await fleet[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  /** Addresses of all servers. */
  get urls(): string[] {
    return this.servers.map(({ url }) => url);
  }

  /** The address of a server that is up. */
  get url(): string {
    const up = this.servers.find(({ isUp }) => isUp);
    if (!up) throw new Error("Cannot ask a server: all are down");
    return up.url;
  }

  /** A further agent of this fleet, not started, which is to be ended by who asked for it. */
  newAgent(name: string, join: readonly string[], slots: number, tags: Record<string, string> = {}): FleetNode {
    const { folder } = this;
    const files = { dataDir: `${folder}/${name}`, logPath: `${folder}/${name}.log` };
    return new FleetNode({ role: "agent", name, ...files, slots, tags, join: [...join] }, {});
  }

  /** The server that leads, as it says itself. */
  async leader(): Promise<FleetNode> {
    return await eventually(async () => {
      for (const server of this.servers.filter(({ isUp }) => isUp)) {
        if (await isOk(`${server.url}/v1/isleader`)) return server;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }, { withinMs: WITHIN_MS, what: "a leader" });
  }

  /** Waits until so many agents are alive. */
  async untilAlive(agents: number): Promise<void> {
    await eventually(async () => {
      const answer = await fetch(`${this.url}/v1/members`);
      const members: { statusText: string; Tags: { server?: string } }[] = await answer.json();
      const alive = members.filter(({ statusText, Tags }) => statusText === "alive" && Tags.server === undefined);
      return alive.length >= agents;
    }, { withinMs: WITHIN_MS, what: `${agents} live agents` });
  }

  /** Waits until a server can reach its store. */
  async untilReady(server: FleetNode): Promise<void> {
    await eventually(() => isOk(`${server.url}/ready`), { withinMs: WITHIN_MS, what: `${server.name} ready` });
  }

  /** Sets the clock of a server wrong by so many milliseconds, while it runs. */
  setClock(index: number, offMs: number): void {
    Deno.writeTextFileSync(this.#clockPath(index), `${offMs}`);
    this.servers[index]?.readClock();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.agents, ...this.servers].map((node) => node.kill()));
    await this.store[Symbol.asyncDispose]();
    await this.#sink[Symbol.asyncDispose]();
  }

  #clockPath(index: number): string {
    return `${this.folder}/clock-${index}`;
  }

  #server(index: number, port: number): FleetNode {
    const name = `server-${index}`;
    return new FleetNode({
      role: "server",
      name,
      dataDir: `${this.folder}/${name}`,
      logPath: `${this.folder}/${name}.log`,
      slots: 1,
      tags: {},
      httpAddr: `127.0.0.1:${port}`,
      kv: this.store.url,
      agent: false,
      bell: "native",
      clockPath: this.#clockPath(index),
    }, this.store.env);
  }
}

async function isOk(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => null);
  await answer?.body?.cancel();
  return answer?.ok ?? false;
}
