import { join } from "node:path";
import type { Executor, GroupNote } from "../execute/mod.ts";
import { CarillonError, type Clock, type Log, type Random } from "../runtime/mod.ts";
import { Backoff } from "./backoff.ts";
import { deliverFormerResults, deliveryOf } from "./former_life.ts";
import { Life } from "./life.ts";
import { type AgentLimits, DEFAULT_LIMITS } from "./limits.ts";
import { loadNodeId, type NodeIdentity } from "./node_identity.ts";
import { ProcessJournal } from "./process_journal.ts";
import type { AgentServer } from "./server_port.ts";
import { Spool } from "./spool.ts";

/** Results of a former life that go along with the registration at most; a request has a limit. */
const MOST_REGISTERED = 100;

/** What an agent is handed. */
export interface AgentDeps {
  server: AgentServer;
  /** By name, as jobs ask for them. */
  executors: ReadonlyMap<string, Executor>;
  clock: Clock;
  random: Random;
  log: Log;
  /** The node's own folder: `node-id`, `processes`, `spool/`, `tails/`. One process at a time. */
  dataDir: string;
  identity: NodeIdentity;
  /** Ends process groups of a former life; resolves when they are gone. */
  killSurvivors: (groups: readonly GroupNote[]) => Promise<unknown>;
  limits?: Partial<AgentLimits>;
}

/** Runs jobs on a node: takes work from a server, runs it within slots, sends output and results. */
export class Agent {
  readonly #deps: AgentDeps;
  readonly #limits: AgentLimits;
  readonly #stop = new AbortController();
  #life: Promise<Life> | undefined;

  constructor(deps: AgentDeps) {
    this.#deps = deps;
    this.#limits = { ...DEFAULT_LIMITS, ...deps.limits };
  }

  /**
   * Kills what a former life left running, delivers its results, and registers; waits for a server that is away.
   * Throws what a server answers that refuses this node, and what the disk or killing survivors throws.
   */
  async start(): Promise<void> {
    this.#life ??= this.#begin();
    await this.#life;
  }

  /** Starts if need be, and works until drained. When `signal` aborts, what runs is killed and it resolves within about 2 s. */
  async run(signal: AbortSignal): Promise<void> {
    const abort = () => this.#stop.abort();
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    try {
      this.#life ??= this.#begin();
      const life = await this.#life;
      await life.run(signal);
    } catch (thrown) {
      if (!this.#stop.signal.aborted) throw thrown;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /**
   * Takes no more work, waits up to `ms` milliseconds for what runs, then cancels it, delivers all results and takes its
   * leave; `run` resolves too. A second call ends the waiting at once.
   */
  async drain(ms: number): Promise<void> {
    this.#stop.abort();
    const life = await this.#life?.catch(() => undefined);
    await life?.drain(ms);
  }

  async #begin(): Promise<Life> {
    const { dataDir, random, log } = this.#deps;
    await Deno.mkdir(dataDir, { recursive: true });
    const id = await loadNodeId(dataDir, random);
    const node = this.#deps.identity.name;
    const journal = new ProcessJournal(join(dataDir, "processes"), log);
    const spool = new Spool(join(dataDir, "spool"), this.#limits.spoolBytes, log);
    const life = new Life({ ...this.#deps, limits: this.#limits, node, id, journal, spool });
    try {
      await this.#killSurvivors(journal);
      await this.#persist(() => this.#register(life, spool, node));
    } catch (thrown) {
      journal[Symbol.dispose]();
      throw thrown;
    }
    log.info("Registered", { node, incarnation: life.incarnation });
    return life;
  }

  async #killSurvivors(journal: ProcessJournal): Promise<void> {
    const survivors = journal.living();
    if (survivors.length === 0) return;
    this.#deps.log.info("Ending processes of a former life", { groups: survivors.length });
    await this.#deps.killSurvivors(survivors);
    for (const { executionId } of survivors) journal.ended(executionId);
  }

  async #register(life: Life, spool: Spool, node: string): Promise<void> {
    const spooled = await spool.load();
    const { signal } = this.#stop;
    const left = await deliverFormerResults({ ...this.#deps, limits: this.#limits, spool, node, signal }, spooled);
    await life.register(signal, left.slice(0, MOST_REGISTERED).map(({ result }) => result));
    for (const one of left) life.reporter.deliver(deliveryOf(one, spool));
  }

  /** Does `step` until the server is there to answer. */
  async #persist(step: () => Promise<void>): Promise<void> {
    const { clock, random, log } = this.#deps;
    const backoff = new Backoff(random);
    let said = "";
    for (;;) {
      try {
        return await step();
      } catch (thrown) {
        if (!(thrown instanceof CarillonError) || thrown.code !== "unavailable" || this.#stop.signal.aborted) {
          throw thrown;
        }
        const retryInMs = backoff.next();
        // Said once, or an outage of a night would be all that the log holds.
        log[said === thrown.message ? "debug" : "warn"]("Cannot register, trying again", { error: thrown, retryInMs });
        said = thrown.message;
        await clock.sleep(retryInMs, this.#stop.signal);
      }
    }
  }
}
