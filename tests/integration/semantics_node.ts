import { createAgentClient } from "../../src/client/mod.ts";
import type { Assignment, ReportAnswer, Result } from "../../src/model/mod.ts";
import type { World } from "./semantics_world.ts";

/** A node that does what the test says: it speaks the agents' protocol, and is silent otherwise. */
export class TestNode {
  readonly name: string;
  /** What it has and has not reported the end of. */
  held: Assignment[] = [];
  #incarnation = "";
  readonly #world: World;
  readonly #tags: Record<string, string>;

  constructor(world: World, name: string, tags: Record<string, string> = {}) {
    this.#world = world;
    this.name = name;
    this.#tags = tags;
  }

  /** Registers as a new incarnation. */
  async register(incarnation = "1"): Promise<void> {
    this.#incarnation = incarnation;
    const identity = { name: this.name, id: `id-${this.name}`, tags: this.#tags, slots: 10, executors: ["held"] };
    await this.#client().register({ ...identity, incarnation, version: "test", server: false });
  }

  /** Polls once, and has what it is given; answers the ids of executions that it is to stop. */
  async poll(freeSlots = 10): Promise<string[]> {
    const held = this.held.map(({ execution }) => ({ execution, startedAfterMs: 0 }));
    const poll = { node: this.name, incarnation: this.#incarnation, freeSlots, held, waitMs: 100 };
    const answer = await this.#world.during(this.#client().poll(poll));
    const known = new Set(this.held.map(({ execution }) => execution));
    this.held.push(...answer.claims.filter(({ execution }) => !known.has(execution)));
    return answer.cancels.map(({ execution }) => execution);
  }

  /** Polls until it has this many executions; answers the newest. */
  takes(count = 1): Promise<Assignment> {
    return this.#world.until(async () => {
      await this.poll();
      return this.held.length >= count && this.held.at(-1);
    }, `${count} executions on ${this.name}`);
  }

  /** Reports that its oldest execution has started. */
  async start(): Promise<void> {
    const started = this.held.slice(0, 1).map(({ execution }) => ({ execution, startedAfterMs: 0 }));
    await this.#client().report({ ...this.#who(), started, chunks: [], results: [] });
  }

  /** Reports the end of its oldest execution. */
  async end(state: Result["state"]): Promise<void> {
    const assignment = this.held.shift();
    if (!assignment) throw new Error(`Cannot end a run on "${this.name}": it has none`);
    await this.report(assignment, state);
  }

  /** Reports an end of an execution, whether it is thought to run or not. */
  async report({ execution, uid }: Assignment, state: Result["state"]): Promise<ReportAnswer> {
    const output = { sizeBytes: 0, truncated: false, inline: null };
    const times = { startedAfterMs: 0, finishedAfterMs: 1 };
    const exitCode = state === "success" ? 0 : 1;
    const result = { execution, uid, state, exitCode, reason: null, ...times, output };
    return await this.#client().report({ ...this.#who(), started: [], chunks: [], results: [result] });
  }

  /** Hands a claim back, whether it has it or not. */
  async giveBack({ execution, uid, claimedAt }: Assignment): Promise<ReportAnswer> {
    this.held = this.held.filter((held) => held.execution !== execution);
    const returned = [{ execution, uid, claimedAt }];
    return await this.#client().report({ ...this.#who(), started: [], chunks: [], results: [], returned });
  }

  /** Sends a piece of output of an execution, whether it has it or not. */
  async send(
    { execution, uid }: Pick<Assignment, "execution" | "uid">,
    n: number,
    text: string,
  ): Promise<ReportAnswer> {
    const data = new TextEncoder().encode(text).toBase64();
    const chunk = { execution, uid, n, data, skippedBytes: 0, live: false };
    return await this.#client().report({ ...this.#who(), started: [], chunks: [chunk], results: [] });
  }

  /** Sends a piece of output of its oldest execution, to be kept. */
  async write(n: number, text: string): Promise<void> {
    const [assignment] = this.held;
    if (!assignment) throw new Error(`Cannot write on "${this.name}": it has no run`);
    await this.send(assignment, n, text);
  }

  /** Takes its leave. */
  async leave(): Promise<void> {
    await this.#client().leave(this.name, this.#incarnation);
  }

  #who() {
    return { node: this.name, incarnation: this.#incarnation };
  }

  #client() {
    return createAgentClient({
      baseUrl: "http://127.0.0.1",
      fetch: (input, init) => this.#world.carillon.request(new URL(new Request(input).url).pathname, init),
    });
  }
}

/** Nodes of these names, registered. */
export async function openNodes<Names extends string[]>(
  world: World,
  ...names: Names
): Promise<{ [I in keyof Names]: TestNode }> {
  const nodes = names.map((name) => new TestNode(world, name));
  for (const node of nodes) await node.register();
  return nodes as { [I in keyof Names]: TestNode };
}
