import type { AuditTrail } from "../audit/mod.ts";
import { type Actor, type CancelRequest, type Execution, type Group, parseExecutionId } from "../model/mod.ts";
import { CarillonError, type Clock, Doorbell } from "../runtime/mod.ts";
import type { Finisher } from "../finish/mod.ts";
import type { Starter } from "../start/mod.ts";
import { groupKey, groupTable, jobKey, jobTable, type Store, writesOf } from "../store/mod.ts";

/** How often a waiter looks at its group without being told, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/** Starts and ends by hand. */
export class ManualRuns {
  readonly #deps: { store: Store; starter: Starter; finisher: Finisher; clock: Clock; audit: AuditTrail };
  readonly #waiting = new Map<string, Set<Doorbell>>();

  constructor(deps: { store: Store; starter: Starter; finisher: Finisher; clock: Clock; audit: AuditTrail }) {
    this.#deps = deps;
    deps.store.onApplied((change) => {
      if (this.#waiting.size === 0) return;
      for (const { key } of writesOf(change, groupTable)) {
        for (const bell of this.#waiting.get(String(key[2])) ?? []) bell.wake();
      }
    });
  }

  /** Starts a job now. */
  start(name: string, options: { force: boolean; idempotencyKey: string | null }, actor: Actor): Promise<Group> {
    return this.#deps.starter.start(name, options, actor);
  }

  /**
   * Waits for a group's end; answers it as it is when `signal` aborts first, and as ended without an outcome when its
   * record was removed before it was seen to end.
   */
  async ended(group: Group, signal: AbortSignal): Promise<Group> {
    const { store, clock } = this.#deps;
    const bell = new Doorbell();
    const bells = this.#waiting.get(group.id) ?? new Set<Doorbell>();
    this.#waiting.set(group.id, bells.add(bell));
    try {
      while (true) {
        const now = (await store.read(groupTable, groupKey(group.uid, group.id))).value;
        // Only an ended group is ever removed.
        if (now === null) return { ...group, state: "ended" };
        if (now.state === "ended" || signal.aborted) return now;
        await bell.wait(clock, LOOK_EVERY_MS, signal);
      }
    } finally {
      bells.delete(bell);
      if (bells.size === 0) this.#waiting.delete(group.id);
    }
  }

  /** Asks for the end of an execution. An ended one is answered as it is. Throws `not_found`. */
  async cancel(job: string, id: string, reason: string, actor: Actor): Promise<Execution> {
    const { store, finisher, clock, audit } = this.#deps;
    const request: CancelRequest = { kind: "cancel", at: clock.now(), by: actor.by, reason };
    const uid = (await store.read(jobTable, jobKey(job))).value?.uid;
    const known = uid !== undefined && parseExecutionId(id) !== undefined;
    const execution = known ? await finisher.submit(uid, { kind: "cancel", execution: id, request }) : null;
    if (execution !== null) {
      await audit.note(actor, { action: "execution.cancel", target: job, after: { execution: id, reason } });
      return execution;
    }
    throw new CarillonError("not_found", `Cannot cancel execution "${id}" of job "${job}": there is no such execution`);
  }
}
