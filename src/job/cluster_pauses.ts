import type { AuditTrail } from "../audit/mod.ts";
import { type Actor, type AuditAction, type ClusterPause, type Fence, firstFence, pauseAt } from "../model/mod.ts";
import { CarillonError, type Clock, invalid } from "../runtime/mod.ts";
import { duePrefix, type Entry, fenceKey, fenceTable, putFence, type Store, StoreChange } from "../store/mod.ts";

/** Ended pauses of which something may be left to be dealt with, at most. */
const MOST_PAUSES = 20;

/**
 * Pauses of the whole cluster, kept in the fence: one write, and every commit that fires or hands out under the fence of
 * before is refused. No job's record is touched; due times that were held back are dealt with when they come up again.
 */
export class ClusterPauses {
  readonly #deps: { store: Store; clock: Clock; audit: AuditTrail };

  constructor(deps: { store: Store; clock: Clock; audit: AuditTrail }) {
    this.#deps = deps;
  }

  /** The pause that is on; null when none is. */
  async current(): Promise<ClusterPause | null> {
    return pauseAt((await this.#fence()).settings.pauses, this.#deps.clock.now());
  }

  /** Starts nothing from now on; again, it changes policy, note and end. Throws `invalid` for an end that has passed. */
  async pause(asked: Omit<ClusterPause, "from" | "by">, actor: Actor): Promise<ClusterPause> {
    const how = { ...asked, by: actor.by };
    const nowMs = this.#deps.clock.now();
    if (how.to !== null && how.to <= nowMs) {
      throw invalid("Cannot pause the cluster: its end lies in the past", [
        { path: "to", message: "lies in the past" },
      ]);
    }
    const unsettled = await this.#unsettledSince();
    return await this.#change({ actor, action: "cluster.pause" }, (pauses) => {
      const before = pauseAt(pauses, nowMs);
      const ended = pauses.filter((pause) => pause !== before && pause.to !== null && pause.to > unsettled);
      if (ended.length >= MOST_PAUSES) {
        throw new CarillonError(
          "unavailable",
          `Cannot pause the cluster: what ${ended.length} pauses before have held back is not dealt with yet`,
        );
      }
      const pause = { ...how, from: before?.from ?? nowMs };
      return { pauses: [...ended, pause], answer: pause };
    });
  }

  /** Ends the pause that is on: times inside it follow its policy. Does nothing when none is. */
  async unpause(actor: Actor): Promise<void> {
    const nowMs = this.#deps.clock.now();
    await this.#change({ actor, action: "cluster.unpause" }, (pauses) => {
      const current = pauseAt(pauses, nowMs);
      if (current === null) return { pauses: null, answer: undefined };
      const ended = { ...current, to: Math.max(nowMs, current.from) };
      return { pauses: [...pauses.filter((pause) => pause !== current), ended], answer: undefined };
    });
  }

  /** When the first due entry is due: of pauses that ended by then, nothing is left. */
  async #unsettledSince(): Promise<number> {
    const [head] = await this.#deps.store.keys({ prefix: duePrefix() }, { limit: 1 });
    return head === undefined ? Infinity : Number(head[1]);
  }

  /** Writes the pauses that `edit` answers, until no other write of the fence comes between. */
  async #change<T>(
    { actor, action }: { actor: Actor; action: AuditAction },
    edit: (pauses: readonly ClusterPause[]) => { pauses: ClusterPause[] | null; answer: T },
  ): Promise<T> {
    const { store, audit } = this.#deps;
    while (true) {
      const entry: Entry<Fence> = await store.read(fenceTable, fenceKey());
      const fence = entry.value ?? firstFence;
      const { pauses, answer } = edit(fence.settings.pauses);
      if (pauses === null) return answer;
      const change = new StoreChange();
      putFence(change, entry, { ...fence, settings: { ...fence.settings, pauses } });
      const fieldsOf = (all: readonly ClusterPause[]) => ({ ...all.at(-1) });
      audit.write(change, actor, {
        action,
        target: "",
        before: fieldsOf(fence.settings.pauses),
        after: fieldsOf(pauses),
      });
      change.ring("due").ring("backlog").ring("queue");
      if ((await store.commit(change)).outcome === "applied") return answer;
    }
  }

  async #fence(): Promise<Fence> {
    return (await this.#deps.store.read(fenceTable, fenceKey())).value ?? firstFence;
  }
}
