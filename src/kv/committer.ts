import { CarillonError, type Clock, type Log } from "../runtime/mod.ts";
import type { Change } from "./change.ts";
import { withDeadline } from "./deadline.ts";
import type { Engine } from "./engine.ts";
import type { KvAtomic, KvCommitAnswer } from "./port.ts";
import { CommitSlots } from "./commit_slots.ts";

/** What became of a change: applied under a versionstamp, or refused since a check failed. */
export type CommitResult = { outcome: "applied"; versionstamp: string } | { outcome: "refused" };

/** Anything that commits changes: one by one (`Committer`), or merged with others (`GroupCommitter`). */
export interface Commits {
  commit(change: Change): Promise<CommitResult>;
}

/** What a committer works with. */
export interface CommitterDeps {
  engine: Engine;
  clock: Clock;
  log: Log;
  /** This start of this process; names its slots. */
  incarnation: string;
  /** Called with each applied change before its promise resolves, so that a cache is never behind its writer. */
  onApplied?: (change: Change, versionstamp: string) => void;
  /** Called when it cannot be told whether a change was applied. */
  onUnknown?: () => void;
  /** Rings the bells of an applied change in this process. */
  ring?: (bells: ReadonlySet<string>) => void;
  /** Adds to the commit what carries its bells to other processes. */
  decorate?: (atomic: KvAtomic, bells: ReadonlySet<string>) => void;
}

const REFUSED: CommitResult = { outcome: "refused" };

/**
 * Commits changes with a certain outcome. A change beyond the engine's budget throws `too_large`; when the store can't be
 * reached, or an outcome can't be told before the deadline, it throws `unavailable`, and the change may be applied or not.
 */
export class Committer implements Commits {
  readonly #deps: CommitterDeps;
  readonly #slots: CommitSlots | undefined;

  constructor(deps: CommitterDeps) {
    this.#deps = deps;
    if (deps.engine.profile.answersCanBeLost) this.#slots = new CommitSlots(deps);
  }

  /** Applies the change and rings its bells, or refuses it. */
  async commit(change: Change): Promise<CommitResult> {
    this.mustFit(change);
    if (change.contradictory) return REFUSED;
    const answer = await (this.#slots?.commit(() => this.#atomicOf(change)) ?? this.#direct(change)).catch((thrown) => {
      if (thrown instanceof CarillonError && thrown.code === "unavailable") this.#deps.onUnknown?.();
      throw thrown;
    });
    if (!answer.ok) return REFUSED;
    this.#deps.onApplied?.(change, answer.versionstamp);
    if (change.bells.size > 0) this.#deps.ring?.(change.bells);
    return { outcome: "applied", versionstamp: answer.versionstamp };
  }

  /** Throws `too_large` for a change that no commit of this engine can carry. */
  mustFit(change: Change): void {
    if (change.fits(this.#deps.engine.profile.limits)) return;
    const { checks, writes, sizeBytes } = change;
    throw new CarillonError(
      "too_large",
      `Cannot commit ${writes.size} writes with ${checks.size} checks: ${sizeBytes} bytes are beyond the store's limits`,
    );
  }

  /** Of all that these changes check, the encoded keys that are not as the checks want them. Throws `unavailable`. */
  async failedChecks(changes: readonly Change[]): Promise<Set<string>> {
    const { clock, engine } = this.#deps;
    const { deadlineMs, limits } = engine.profile;
    const checks = [...new Map(changes.flatMap((change) => [...change.checks]))];
    const failed = new Set<string>();
    const reads: Promise<void>[] = [];
    for (let first = 0; first < checks.length; first += limits.getMany) {
      const some = checks.slice(first, first + limits.getMany);
      const read = engine.kv.getMany(some.map(([, { key }]) => key)).then((entries) => {
        for (const [i, [encoded, { versionstamp }]] of some.entries()) {
          if (entries[i]?.versionstamp !== versionstamp) failed.add(encoded);
        }
      });
      reads.push(read);
    }
    await this.#asked(withDeadline(clock, deadlineMs, "look why a commit was refused", Promise.all(reads)));
    return failed;
  }

  /** Tidies up after the last commit. */
  async close(): Promise<void> {
    await this.#slots?.close();
  }

  async #direct(change: Change): Promise<KvCommitAnswer> {
    const { clock, engine } = this.#deps;
    return await this.#asked(withDeadline(clock, engine.profile.deadlineMs, "commit", this.#atomicOf(change).commit()));
  }

  async #asked<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (thrown) {
      if (thrown instanceof CarillonError) throw thrown;
      throw new CarillonError("unavailable", "Cannot commit: the store failed", { cause: thrown });
    }
  }

  #atomicOf(change: Change): KvAtomic {
    const atomic = this.#deps.engine.kv.atomic();
    for (const check of change.checks.values()) atomic.check(check);
    for (const { key, value } of change.writes.values()) {
      if (value) atomic.set(key, value);
      else atomic.delete(key);
    }
    if (change.bells.size > 0) this.#deps.decorate?.(atomic, change.bells);
    return atomic;
  }
}
