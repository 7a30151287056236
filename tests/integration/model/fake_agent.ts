import { type Assignment, gatePolicyOf, type Result, type Returned } from "../../../src/model/mod.ts";
import type { Peer } from "./peer.ts";
import type { Prng } from "./prng.ts";
import { FORCED } from "./gate_rules.ts";
import type { Tell } from "./run_rules.ts";
import type { Shadow } from "./shadow.ts";
import { never } from "../../support/never.ts";

/** An execution that an agent has: its process is there from `startedAt` on. */
interface Held {
  uid: string;
  claimedAt: number;
  receivedAt: number;
  startedAt: number | null;
  cancelled: boolean;
}

/** What agents have to do with. */
export interface AgentDeps {
  random: Prng;
  shadow: Shadow;
  tell: Tell;
  monotonic: () => number;
  /** All agents: gates hold across them. */
  others: () => readonly FakeAgent[];
}

/** A node that polls, runs, reports, dies and comes back; its results survive it. */
export class FakeAgent {
  readonly name: string;
  readonly tags: Record<string, string>;
  readonly slots: number;
  readonly held = new Map<string, Held>();
  readonly outbox = new Map<string, Result>();
  /** Claims on their way back, of which nothing began. */
  readonly returning = new Map<string, Returned>();
  readonly #deps: AgentDeps;
  #life = 0;
  state: "down" | "registering" | "up" = "down";
  polling = false;
  reporting = false;
  registering = false;
  runs = 0;

  constructor(name: string, tags: Record<string, string>, slots: number, deps: AgentDeps) {
    this.name = name;
    this.tags = tags;
    this.slots = slots;
    this.#deps = deps;
  }

  get incarnation(): string {
    return `${this.name}.${this.#life}`;
  }

  /** A new life begins and says so. */
  async register(peer: Peer): Promise<void> {
    if (this.state === "down") this.#life++;
    this.state = "registering";
    this.registering = true;
    const { name, incarnation, tags, slots } = this;
    await peer.agents.register(
      {
        name,
        id: `id-${name}`,
        incarnation,
        tags,
        slots,
        executors: ["shell"],
        version: "0",
        server: false,
        results: [...this.outbox.values()],
      },
      "model",
      never,
    );
    if (this.state === "registering" && this.incarnation === incarnation) this.state = "up";
  }

  async poll(peer: Peer): Promise<void> {
    const { name, incarnation } = this;
    this.polling = true;
    const answer = await peer.agents.poll({
      node: name,
      incarnation,
      freeSlots: Math.max(0, this.slots - this.held.size),
      held: [
        ...[...this.held].map(([execution, { startedAt, receivedAt }]) => ({
          execution,
          startedAfterMs: startedAt === null ? null : startedAt - receivedAt,
        })),
        ...[...this.outbox.keys(), ...this.returning.keys()].map((execution) => ({ execution, startedAfterMs: null })),
      ],
      waitMs: 2_000,
    }, new AbortController().signal);
    if (this.incarnation !== incarnation) return;
    this.polling = false;
    if (this.state !== "up" || this.#deps.random.chance(0.04)) return;
    for (const claim of answer.claims) this.#accept(claim);
    for (const { execution } of answer.cancels) {
      const held = this.held.get(execution);
      if (held) held.cancelled = true;
    }
  }

  /** Something happens to one of its executions: its process begins, or ends. */
  work(): void {
    const [id, held] = this.#deps.random.pick([...this.held]) ?? [];
    if (id === undefined || held === undefined) return;
    if (held.startedAt === null && !held.cancelled) {
      return this.#deps.random.chance(0.1) ? this.#giveBack(id, held) : this.#start(id, held);
    }
    this.end(id, this.#ending(held));
  }

  /** An execution is over. */
  end(id: string, state: Result["state"]): void {
    const held = this.held.get(id);
    if (!held) return;
    this.held.delete(id);
    const afterMs = (at: number | null) => at === null ? null : at - held.receivedAt;
    this.outbox.set(id, {
      execution: id,
      uid: held.uid,
      state,
      exitCode: state === "failed" ? 1 : state === "success" ? 0 : null,
      reason: null,
      startedAfterMs: afterMs(held.startedAt),
      finishedAfterMs: this.#deps.monotonic() - held.receivedAt,
      output: { sizeBytes: 0, truncated: false, inline: null },
    });
  }

  async report(peer: Peer): Promise<void> {
    const { name, incarnation } = this;
    this.reporting = true;
    const started = [...this.held].filter(([, { startedAt }]) => startedAt !== null).map(([execution, held]) => ({
      execution,
      startedAfterMs: (held.startedAt ?? 0) - held.receivedAt,
    }));
    const request = {
      node: name,
      incarnation,
      started,
      chunks: [],
      results: [...this.outbox.values()],
      returned: [...this.returning.values()],
    };
    const { done } = await peer.agents.report(request);
    if (this.incarnation !== incarnation) return;
    this.reporting = false;
    if (this.#deps.random.chance(0.04)) return;
    for (const id of done) {
      this.outbox.delete(id);
      this.returning.delete(id);
    }
  }

  /** Its machine stops: processes die, what it had not delivered is on its disk. */
  crash(): void {
    this.state = "down";
    this.held.clear();
    this.returning.clear();
    this.polling = false;
    this.reporting = false;
  }

  #giveBack(id: string, { uid, claimedAt }: Held): void {
    this.held.delete(id);
    this.returning.set(id, { execution: id, uid, claimedAt });
  }

  #accept({ execution: id, uid, claimedAt }: Assignment): void {
    if (this.held.has(id) || this.outbox.has(id) || this.returning.has(id)) return;
    this.held.set(id, { uid, claimedAt, receivedAt: this.#deps.monotonic(), startedAt: null, cancelled: false });
  }

  #start(id: string, held: Held): void {
    held.startedAt = this.#deps.monotonic();
    this.runs++;
    const { shadow, tell } = this.#deps;
    const execution = shadow.get("exec", held.uid, id);
    const group = execution && shadow.get("group", held.uid, execution.group);
    if (!group || group.gate === null || group.requestedBy?.startsWith(FORCED)) return;
    const definition = shadow.get("rev", group.uid, group.revision)?.definition;
    const policy = definition && gatePolicyOf(group.uid, definition);
    if (!policy || policy.key !== group.gate || policy.limit !== 1) return;
    for (const other of this.#deps.others().flatMap((agent) => [...agent.held])) {
      const [otherId, { uid, startedAt }] = other;
      if (otherId === id || startedAt === null || uid !== held.uid || definition.onLost !== null) continue;
      const run = shadow.get("exec", uid, otherId);
      const beside = run && shadow.get("group", uid, run.group);
      if (beside?.gate === group.gate && beside.id !== group.id && mayNotOverlap(beside.requestedBy)) {
        const before = shadow.get("rev", uid, beside.revision)?.definition;
        const limit = before && gatePolicyOf(uid, before)?.limit;
        if (limit === 1 && before?.onLost === null) {
          tell(`${id} runs beside ${otherId}, which has the place at ${group.gate}`);
        }
      }
    }
  }

  #ending(held: Held): Result["state"] {
    const { random } = this.#deps;
    if (held.cancelled && random.chance(0.9)) return "cancelled";
    return random.one("success", "success", "success", "failed", "failed", "timed_out");
  }
}

function mayNotOverlap(requestedBy: string | null): boolean {
  return !requestedBy?.startsWith(FORCED);
}
