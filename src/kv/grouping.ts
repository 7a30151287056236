import { Change } from "./change.ts";
import { ChangeOrder, type Ticket } from "./change_order.ts";
import type { CommitResult, Commits, Committer } from "./committer.ts";
import type { Profile } from "./profile.ts";

/** What a group committer works with. */
export interface GroupCommitterDeps {
  committer: Pick<Committer, "commit" | "mustFit" | "failedChecks">;
  profile: Profile;
}

/**
 * Commits many small changes in few commits. Independent changes that wait are merged up to the engine's budget; one that
 * comes while nothing is in flight goes at once. Changes that touch a common key keep their order: the later one waits
 * for the answer of the earlier. When a merged commit is refused, what it checks is read: changes whose checks do not hold are
 * refused, and the others go again; when all of them hold by then, it is halved until each change has its own answer.
 */
export class GroupCommitter implements Commits {
  readonly #deps: GroupCommitterDeps;
  readonly #order = new ChangeOrder();
  #inFlight = 0;
  #scheduled = false;

  constructor(deps: GroupCommitterDeps) {
    this.#deps = deps;
  }

  /** Commits the change, together with others where that is possible; outcomes and errors are as `Committer.commit`'s. */
  submit(change: Change): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      this.#deps.committer.mustFit(change);
      if (change.contradictory) return resolve({ outcome: "refused" });
      this.#order.add({ change, resolve, reject, blockers: 0, followers: [] });
      this.#schedule();
    });
  }

  /** The same as `submit`, so that either committer can be handed in. */
  commit(change: Change): Promise<CommitResult> {
    return this.submit(change);
  }

  /** Sends after the current task, so that changes submitted together travel together. */
  #schedule(): void {
    if (this.#scheduled || this.#inFlight >= this.#deps.profile.commitsInFlight) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      while (this.#inFlight < this.#deps.profile.commitsInFlight && this.#order.hasReady) this.#send();
    });
  }

  #send(): void {
    const merged = new Change();
    const batch = this.#order.takeReady((change) => {
      const joins = merged.fits(this.#deps.profile.limits, change) && merged.agreesWith(change);
      if (joins) merged.merge(change);
      return joins;
    });
    this.#inFlight++;
    this.#commitBatch(batch, merged).finally(() => {
      this.#inFlight--;
      this.#schedule();
    });
  }

  /** Never rejects: each change of the batch gets its own answer. */
  async #commitBatch(batch: readonly Ticket[], merged: Change): Promise<void> {
    try {
      const result = await this.#deps.committer.commit(merged);
      if (result.outcome === "refused" && batch.length > 1) return await this.#commitApart(batch);
      for (const ticket of batch) {
        this.#order.done(ticket);
        ticket.resolve(result);
      }
    } catch (thrown) {
      for (const ticket of batch) {
        this.#order.done(ticket);
        ticket.reject(thrown);
      }
    }
  }

  async #commitApart(batch: readonly Ticket[]): Promise<void> {
    const failed = await this.#deps.committer.failedChecks(batch.map(({ change }) => change));
    const left: Ticket[] = [];
    for (const ticket of batch) {
      if (!ticket.change.checks.keys().some((key) => failed.has(key))) {
        left.push(ticket);
        continue;
      }
      this.#order.done(ticket);
      ticket.resolve({ outcome: "refused" });
    }
    const middle = left.length >>> 1;
    const parts = left.length === batch.length ? [left.slice(0, middle), left.slice(middle)] : [left];
    for (const part of parts.filter(({ length }) => length > 0)) {
      const merged = new Change();
      for (const { change } of part) merged.merge(change);
      await this.#commitBatch(part, merged);
    }
  }
}
