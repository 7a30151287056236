import type { Agents } from "../../src/claim/mod.ts";
import type { Assignment, Result } from "../../src/model/mod.ts";
import { CarillonError } from "../../src/runtime/mod.ts";
import { never } from "../support/never.ts";

/** Reports under way at a time. */
const AT_ONCE = 200;

/** Many nodes that poll a server and run nothing: what they are given ends when the test says so. */
export class Crowd {
  readonly names: string[];
  readonly #agents: Agents;
  readonly #held = new Map<string, Assignment[]>();
  /** Executions given to any of them, ever. */
  given = 0;

  constructor(agents: Agents, nodes: number) {
    this.#agents = agents;
    this.names = Array.from({ length: nodes }, (_, i) => `node-${String(i).padStart(4, "0")}`);
  }

  async register(): Promise<void> {
    await Promise.all(this.names.map(async (name) => {
      const identity = { name, id: `id-${name}`, incarnation: `${name}.1`, tags: {}, slots: 10 };
      await this.#agents.register({ ...identity, executors: ["shell"], version: "0", server: false }, "", never);
    }));
  }

  /** All of them poll until this is disposed. */
  poll(): AsyncDisposable {
    const stop = new AbortController();
    const polls = this.names.map((name) => this.#pollOne(name, stop.signal));
    return {
      async [Symbol.asyncDispose]() {
        stop.abort();
        await Promise.all(polls);
      },
    };
  }

  /** Each reports the success of all that it has. */
  async endAll(): Promise<void> {
    const left = [...this.names];
    const reporter = async () => {
      for (let name = left.shift(); name !== undefined; name = left.shift()) await this.#report(name);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, reporter));
  }

  async #report(name: string): Promise<void> {
    const held = this.#held.get(name) ?? [];
    const results = held.map(({ execution, uid }): Result => ({
      execution,
      uid,
      state: "success",
      exitCode: 0,
      reason: null,
      startedAfterMs: 0,
      finishedAfterMs: 1,
      output: { sizeBytes: 0, truncated: false, inline: null },
    }));
    await this.#agents.report({ node: name, incarnation: `${name}.1`, started: [], chunks: [], results });
    // Until then it names them in its polls, or it would be given them again.
    held.length = 0;
  }

  async #pollOne(name: string, signal: AbortSignal): Promise<void> {
    const held: Assignment[] = [];
    this.#held.set(name, held);
    while (!signal.aborted) {
      const mine = held.map(({ execution }) => ({ execution, startedAfterMs: null }));
      const request = { node: name, incarnation: `${name}.1`, freeSlots: 10, held: mine, waitMs: 5_000 };
      const { claims } = await this.#agents.poll(request, signal).catch(notReached);
      const fresh = claims.filter(({ execution }) => !held.some((known) => known.execution === execution));
      held.push(...fresh);
      this.given += fresh.length;
    }
  }
}

/** As an agent does, a node asks again when the store was out of its server's reach. */
function notReached(thrown: unknown): { claims: Assignment[] } {
  if (thrown instanceof CarillonError && thrown.code === "unavailable") return { claims: [] };
  throw thrown;
}
