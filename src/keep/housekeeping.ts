import type { AuditTrail } from "../audit/mod.ts";
import {
  type Execution,
  isAssigned,
  isEnded,
  type JobDefinition,
  type Node,
  onLostOf,
  owesPromotion,
  type QueuedExecution,
  replaced,
} from "../model/mod.ts";
import { type Clock, type Log, messageOf } from "../runtime/mod.ts";
import { type Finisher, settleGate } from "../finish/mod.ts";
import {
  deleteIdempotency,
  gatePrefix,
  gateTable,
  idempotencyPrefix,
  idempotencyTable,
  nodeKey,
  nodeTable,
  queuePrefix,
  queueTable,
  revisionKey,
  revisionTable,
  runningPrefix,
  runningTable,
  selectorKey,
  selectorTable,
  type Store,
  StoreChange,
} from "../store/mod.ts";
import type { Expander } from "../start/mod.ts";
import type { DeletedJobs } from "./deleted_jobs.ts";
import type { GoneNodes } from "./gone_nodes.ts";

/** What keeping house works with. */
export interface HouseDeps {
  store: Store;
  finisher: Finisher;
  deletedJobs: DeletedJobs;
  goneNodes: Pick<GoneNodes, "pass">;
  expander: Expander;
  clock: Clock;
  log: Log;
  /** A node by name, and how long it has been silent, in milliseconds. */
  node: (name: string) => { node: Node; silentMs: number } | undefined;
  audit: Pick<AuditTrail, "prune">;
  /** How long the audit trail is kept, in milliseconds. */
  auditKeptMs: number;
  /** Told that time goes on, at least once a second. */
  look: () => void;
  /** What is known of a job's pause and the cluster's. */
  pauseOf: (uid: string) => { held: boolean; heldUntil: number | null };
}

/** How often each piece of work is done, in milliseconds. */
const EVERY_MS = 1_000;
const SLOW_EVERY_MS = 5_000;
const AUDIT_EVERY_MS = 3_600_000;
/** Runs that are looked at together: those of one job that are lost end in few commits. */
const JUDGED_AT_ONCE = 500;
const IDEMPOTENCY_KEPT_MS = 24 * 3_600_000;

/** What the leader tidies up: nothing here is needed for running, all of it for running on for years. */
export class Housekeeping {
  readonly #deps: HouseDeps;
  /** When the audit trail is looked at next, in monotonic milliseconds. */
  #auditAt = 0;

  constructor(deps: HouseDeps) {
    this.#deps = deps;
  }

  /** Keeps house until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#lookOn(signal), this.#keepOn(signal)]);
  }

  /** Apart from the work, of which one round may take long: that is no pause of this server's own. */
  async #lookOn(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#deps.look();
      await this.#deps.clock.sleep(EVERY_MS, signal);
    }
  }

  async #keepOn(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    let slowAt = clock.monotonic();
    while (!signal.aborted) {
      await this.#try("deleted jobs", () => this.#deps.deletedJobs.pass());
      await this.#try("expanding groups", () => this.#deps.expander.look());
      if (clock.monotonic() >= slowAt) {
        slowAt = clock.monotonic() + SLOW_EVERY_MS;
        await this.slowPass();
      }
      await clock.sleep(EVERY_MS, signal);
    }
  }

  /** Everything that is looked at now and then by range reads. */
  async slowPass(): Promise<void> {
    await this.#try("start deadlines", () => this.skipLate());
    await this.#try("lost runs", () => this.loseSilent());
    await this.#try("gates", () => this.settleGates());
    await this.#try("idempotency keys", () => this.#forgetKeys());
    await this.#try("gone nodes", () => this.#deps.goneNodes.pass());
    await this.#try("audit trail", () => this.#pruneAudit());
  }

  /** Skips what no agent took in time, and what waits for a node that has left or is lost. */
  async skipLate(): Promise<void> {
    const { store, finisher } = this.#deps;
    const late: { uid: string; execution: string; reason: string }[] = [];
    for await (const { value } of store.scan(queueTable, { prefix: queuePrefix() })) {
      await this.#try(`what waits, ${value.id}`, async () => {
        const reason = this.#lateness(value) ?? await this.#strandedness(value);
        if (reason !== null) late.push({ uid: value.uid, execution: value.id, reason });
      });
    }
    await Promise.all(
      late.map(({ uid, execution, reason }) => finisher.submit(uid, { kind: "skip", execution, reason })),
    );
  }

  #lateness({ uid, readyAt, startDeadlineMs }: QueuedExecution): string | null {
    const { held, heldUntil } = this.#deps.pauseOf(uid);
    if (held || Math.max(readyAt, heldUntil ?? 0) + startDeadlineMs >= this.#deps.clock.now()) return null;
    return `no agent took it within its start deadline of ${startDeadlineMs / 1000} s`;
  }

  /** Why the one node that may run an execution never will. */
  async #strandedness(execution: QueuedExecution): Promise<string | null> {
    const { store } = this.#deps;
    const selector = (await store.get(selectorTable, selectorKey(execution.selector))).value;
    const name = selector?.node ?? null;
    const known = name === null ? undefined : this.#deps.node(name);
    if (name === null || known === undefined) return null;
    if (known.node.left) return (await this.#nodeNow(name))?.left ? `its node "${name}" left` : null;
    // A retry keeps waiting: a late success may still take its place.
    if (execution.attempt > 1) return null;
    const revision = await store.get(revisionTable, revisionKey(execution.uid, execution.revision));
    if (known.silentMs < (revision.value?.definition.lostAfterMs ?? Infinity)) return null;
    return `its node is lost: ${silence(known)}`;
  }

  /** Calls lost what a node had that is silent, gone, or another incarnation by now. */
  async loseSilent(): Promise<void> {
    const { store } = this.#deps;
    let judged: Promise<void>[] = [];
    for await (const { key, value } of store.scan(runningTable, { prefix: runningPrefix() })) {
      const [, node, incarnation] = key;
      const judge = () => this.#judge(value, String(node), String(incarnation));
      judged.push(this.#try(`a run that may be lost, ${value.id}`, judge));
      if (judged.length < JUDGED_AT_ONCE) continue;
      await Promise.all(judged);
      judged = [];
    }
    await Promise.all(judged);
  }

  /** Does what gates still owe, after a crash between a start and its consequences. */
  async settleGates(): Promise<void> {
    const { store, finisher } = this.#deps;
    for await (const { key, value } of store.scan(gateTable, { prefix: gatePrefix() })) {
      if (value.superseded.length > 0 || replaced(value).length > 0 || owesPromotion(value)) {
        await this.#try(`gate ${key[1]}`, () => settleGate(String(key[1]), store, finisher));
      }
    }
  }

  async #judge(execution: Execution, name: string, incarnation: string): Promise<void> {
    const known = this.#deps.node(name);
    if (known === undefined || known.node.incarnation !== incarnation || known.node.left) {
      // What is remembered may be behind what another server has registered: the store knows.
      const node = await this.#nodeNow(name);
      if (node === null || node.incarnation !== incarnation || node.left) {
        return await this.#lose(execution, node?.left ? "its node left" : "its node restarted", true);
      }
    }
    if (known === undefined) return;
    const revision = await this.#deps.store.get(revisionTable, revisionKey(execution.uid, execution.revision));
    const definition = revision.value?.definition;
    if (!definition) return;
    if (!isAssigned(execution)) return await this.#freePlace(execution, definition);
    if (known.silentMs < definition.lostAfterMs) return;
    const waits = onLostOf(definition) === "wait";
    await this.#lose(execution, silence(known), !waits);
  }

  /** A lost run that holds its place is over when its agent must have stopped it. */
  async #freePlace(execution: Execution, { timeoutMs, graceMs }: JobDefinition): Promise<void> {
    if (!isEnded(execution) || !execution.holdsPlace || timeoutMs === null) return;
    const startedAt = execution.startedAt ?? execution.finishedAt;
    if (this.#deps.clock.now() < startedAt + timeoutMs + graceMs) return;
    await this.#lose(execution, "its timeout and grace have passed", true);
  }

  async #lose(execution: Execution, reason: string, over: boolean): Promise<void> {
    const { uid, id } = execution;
    await this.#deps.finisher.submit(uid, { kind: "lost", execution: id, reason, over });
  }

  async #nodeNow(name: string): Promise<Node | null> {
    return (await this.#deps.store.read(nodeTable, nodeKey(name))).value;
  }

  async #forgetKeys(): Promise<void> {
    const { store, clock } = this.#deps;
    for await (const entry of store.scan(idempotencyTable, { prefix: idempotencyPrefix() })) {
      if (entry.value.at > clock.now() - IDEMPOTENCY_KEPT_MS) continue;
      const change = new StoreChange();
      deleteIdempotency(change, entry);
      await store.commit(change);
    }
  }

  async #pruneAudit(): Promise<void> {
    const { audit, auditKeptMs, clock } = this.#deps;
    if (clock.monotonic() < this.#auditAt) return;
    const isMore = await audit.prune(clock.now() - auditKeptMs);
    this.#auditAt = isMore ? 0 : clock.monotonic() + AUDIT_EVERY_MS;
  }

  async #try(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#deps.log.error(`Cannot keep house (${what}): ${messageOf(thrown)}`, { error: thrown });
    }
  }
}

function silence({ node, silentMs }: { node: Node; silentMs: number }): string {
  return `nothing heard of node "${node.name}" for ${Math.round(silentMs / 1000)} s`;
}
