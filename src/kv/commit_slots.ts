import { CarillonError, type Clock, type Log, messageOf } from "../runtime/mod.ts";
import { withDeadline } from "./deadline.ts";
import type { Engine } from "./engine.ts";
import { NotAppliedError } from "./not_applied.ts";
import type { Kv, KvAtomic, KvCommitAnswer, KvKey } from "./port.ts";

/** A key that one commit at a time checks and sets, so that what became of the commit can be found out. */
interface CommitSlot {
  readonly key: KvKey;
  /** What the store holds in the key when no commit is in flight. */
  versionstamp: string | null;
}

/** What the slots work with. */
export interface SlotDeps {
  engine: Engine;
  clock: Clock;
  log: Log;
  incarnation: string;
}

/** Milliseconds before settling is tried again; doubles up to the last. */
const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 200;

/** How often a commit that certainly got lost is sent. */
const MAX_SENDS = 3;
/** Milliseconds that a clean stop spends on its slots. */
const CLOSE_MS = 2_000;

/** The mark of a bump; those of commits are numbers. */
const BUMP = "bump";
/** No commit's mark. */
const NO_COMMIT = "";
const utf8 = new TextEncoder();
const text = new TextDecoder();

/**
 * The slots `["slot", incarnation, n]` of a process. Each commit in flight owns one, checks it and sets its own mark.
 * An answer that is not a clear yes is settled by a *bump*: a write of the slot that checks the versionstamp the commit
 * checked. One of the two can be applied, never both:
 *
 *     bump applied                       -> the commit was refused and can never land any more
 *     bump refused, slot = commit's mark -> the commit was applied, under the slot's versionstamp
 *     bump refused, slot = a bump's mark -> an earlier bump was applied: refused
 *     no answer                          -> again, until the deadline
 *
 * Even a plain no is settled so where a commit may be repeated on its way: the second try is refused when the first one was
 * applied. Elsewhere a look is enough, as the slot itself may be what was refused: others sweep it when they take this process
 * for gone. A bump that fails is followed by a look all the same: a store that is full takes no bump, and still tells of the mark.
 */
export class CommitSlots {
  readonly #deps: SlotDeps;
  readonly #free: CommitSlot[] = [];
  #made = 0;
  #marks = 0;

  constructor(deps: SlotDeps) {
    this.#deps = deps;
  }

  /**
   * Commits what `build` makes and answers what became of it. A commit that got lost on its way is sent again. Throws
   * `unavailable` when it can't be told whether the commit was applied; its slot is never used again. What the store
   * refuses for certain is thrown as it comes.
   */
  async commit(build: () => KvAtomic): Promise<KvCommitAnswer> {
    const slot = this.#free.pop() ?? await this.#make();
    let failure: unknown;
    for (let sent = 0; sent < MAX_SENDS; sent++) {
      const mark = `${this.#marks++}`;
      const answer = await this.#send(slot, build(), mark).catch((thrown: unknown) => {
        failure = thrown;
      });
      if (!answer && failure instanceof NotAppliedError) break;
      const isCertain = answer?.ok || (answer && await this.#isCertain(slot));
      const settled = isCertain ? answer : await this.#settle(slot, mark, failure);
      if (settled.ok) slot.versionstamp = settled.versionstamp;
      if (settled.ok || answer) {
        this.#free.push(slot);
        return settled;
      }
    }
    this.#free.push(slot);
    if (failure instanceof CarillonError) throw failure;
    throw new CarillonError("unavailable", `Cannot commit: ${messageOf(failure)}`, { cause: failure });
  }

  /** Deletes the slots that no commit owns; for a clean stop. */
  async close(): Promise<void> {
    const { clock, engine } = this.#deps;
    const slots = this.#free.splice(0);
    const { checks } = engine.profile.limits;
    const deletions: Promise<KvCommitAnswer>[] = [];
    for (let first = 0; first < slots.length; first += checks) {
      const atomic = engine.kv.atomic();
      for (const { key, versionstamp } of slots.slice(first, first + checks)) {
        atomic.check({ key, versionstamp }).delete(key);
      }
      deletions.push(atomic.commit());
    }
    await withDeadline(clock, CLOSE_MS, "delete slots", Promise.all(deletions));
  }

  /** Whether a plain no to a commit that checked this slot needs no settling. */
  async #isCertain({ key, versionstamp }: CommitSlot): Promise<boolean> {
    const { clock, engine } = this.#deps;
    const { refusalIsCertain, deadlineMs } = engine.profile;
    if (!refusalIsCertain) return false;
    const look = withDeadline(clock, deadlineMs, "look at a commit's slot", engine.kv.get(key));
    return await look.then((found) => found.versionstamp === versionstamp, () => false);
  }

  /** A new slot exists before a commit uses it: none ever checks that it is missing, so none can land after its deletion. */
  async #make(): Promise<CommitSlot> {
    const slot: CommitSlot = { key: slotKey(this.#deps.incarnation, this.#made++), versionstamp: null };
    await this.#settle(slot, NO_COMMIT, undefined);
    return slot;
  }

  #send(slot: CommitSlot, atomic: KvAtomic, mark: string): Promise<KvCommitAnswer> {
    const { clock, engine } = this.#deps;
    const answer = this.#writeSlot(slot, atomic, mark).commit();
    return withDeadline(clock, engine.profile.deadlineMs, "commit", answer);
  }

  /** Until the outcome is certain, or the deadline; `reason` is why the commit itself had no answer. */
  async #settle(slot: CommitSlot, mark: string, reason: unknown): Promise<KvCommitAnswer> {
    const { clock, engine, log } = this.#deps;
    const untilMs = clock.monotonic() + engine.profile.deadlineMs;
    let cause = reason;
    let pauseMs = FIRST_PAUSE_MS;
    while (clock.monotonic() < untilMs) {
      try {
        const settled = await this.#bump(slot, mark, untilMs - clock.monotonic());
        if (settled) return settled;
      } catch (thrown) {
        log.debug(`A commit can't be settled yet: ${messageOf(thrown)}`);
        cause ??= thrown;
        if (thrown instanceof NotAppliedError) break; // the store says no to the bump, and will again
      }
      await clock.sleep(pauseMs);
      pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS);
    }
    const why = cause === undefined ? "the store does not answer" : messageOf(cause);
    throw new CarillonError("unavailable", `Cannot tell whether a commit was applied: ${why}`, { cause });
  }

  /** One try to settle; nothing when it had no clear answer. */
  async #bump(slot: CommitSlot, mark: string, leftMs: number): Promise<KvCommitAnswer | undefined> {
    const { clock, engine } = this.#deps;
    const untilMs = clock.monotonic() + leftMs;
    const [bumped] = await Promise.allSettled([
      withDeadline(clock, leftMs, "settle a commit", this.#writeSlot(slot, engine.kv.atomic(), BUMP).commit()),
    ]);
    if (bumped.status === "fulfilled" && bumped.value.ok) {
      slot.versionstamp = bumped.value.versionstamp;
      return { ok: false };
    }
    const lookMs = Math.max(1, untilMs - clock.monotonic());
    const found = await withDeadline(clock, lookMs, "settle a commit", engine.kv.get(slot.key));
    if (found.versionstamp !== null && found.versionstamp !== slot.versionstamp) {
      if (text.decode(found.value) === mark) return { ok: true, versionstamp: found.versionstamp };
      slot.versionstamp = found.versionstamp;
      return { ok: false };
    }
    if (bumped.status === "rejected") throw bumped.reason;
    return undefined;
  }

  #writeSlot(slot: CommitSlot, atomic: KvAtomic, mark: string): KvAtomic {
    const { key, versionstamp } = slot;
    return atomic.check({ key, versionstamp }).set(key, utf8.encode(mark));
  }
}

/** The key of a process's n-th slot. */
function slotKey(incarnation: string, n: number): KvKey {
  return ["slot", incarnation, n];
}

/**
 * Deletes the slots of incarnations that are over, as they left them when they crashed. Safe at any time: a commit of
 * theirs that still lands checks its slot and is refused.
 */
export async function sweepSlots(kv: Kv, isOver: (incarnation: string) => boolean): Promise<void> {
  for await (const { key, versionstamp } of kv.list({ prefix: ["slot"] }, { batchSize: 500 })) {
    if (isOver(String(key[1]))) await kv.atomic().check({ key, versionstamp }).delete(key).commit();
  }
}
