import { type Clock, Doorbell, type Log, messageOf } from "../runtime/mod.ts";
import { Change, type Commits, type Kv, type KvEntryMaybe, type KvKey, type Profile, withDeadline } from "../kv/mod.ts";
import { type Fence, HeldTerm, type Leadership } from "./leadership.ts";
import { HELD_MS, LEASE_MS, LeaseKeeper } from "./lease_keeper.ts";
import { encodeLease, isHeldBy } from "./lease_record.ts";
import { SilenceJudge } from "./silence_judge.ts";

/** How often a candidate looks at the lease, in milliseconds. */
const LOOK_EACH_MS = 500;

/** What a lease works with. */
export interface LeaseDeps {
  kv: Kv;
  /** Commits one by one: a renewal must not queue behind the work of the leader. */
  committer: Commits;
  clock: Clock;
  log: Log;
  profile: Profile;
  /** Names this start of this process. */
  holder: string;
  leaseKey: KvKey;
  fenceKey: KvKey;
  /** The fence with its term raised by one, all else kept; null = there is no fence yet. */
  raiseTerm: (fence: Uint8Array | null) => Uint8Array;
  /** The term that a fence says. */
  termOf: (fence: Uint8Array) => number;
  /** Whether this process stands for leader now; a sitting leader is not asked. */
  mayStand?: () => boolean;
}

/**
 * The leader's lease. A process is in one of two states:
 *
 *     candidate: looks at the lease each 500 ms. Free, or silent for 2 s on its own clock? Takes it and raises the
 *                term of the fence, in one commit            -> leader
 *     leader:    renews the lease each 500 ms. Refused, or not renewed until the deadline (counted from before the last
 *                good renewal was sent, hanging calls or not), or the fence has another term    -> candidate
 *
 * Where the engine has a sole writer, the lease is taken at once and needs no renewal.
 */
export class Lease {
  readonly #deps: LeaseDeps;
  readonly #judge: SilenceJudge;
  readonly #doorbell = new Doorbell();
  readonly #listeners = new Set<() => void>();
  readonly #keeper: LeaseKeeper;
  #held: HeldTerm | null = null;

  constructor(deps: LeaseDeps) {
    this.#deps = deps;
    this.#judge = new SilenceJudge({ clock: deps.clock, maxPauseMs: LEASE_MS / 3 });
    this.#keeper = new LeaseKeeper(deps, (held, reason) => this.#end(held, reason));
  }

  /** The leadership of now, or null. */
  current(): Leadership | null {
    return this.#held?.signal.aborted ? null : this.#held;
  }

  /** Calls `listener` whenever leadership begins or ends, until the answer is disposed. */
  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Looks at the lease now and not only when the next look is due. */
  look(): void {
    this.#doorbell.wake();
  }

  /** Stands for leader, and leads, until `signal` aborts; then gives the lease up at once. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const held = await this.#tryToTake();
      if (held) await this.#hold(held, signal);
      else await this.#judge.rest(LOOK_EACH_MS, this.#doorbell.wait(this.#deps.clock, LOOK_EACH_MS, signal));
    }
  }

  /**
   * Reads the fence again, after a refused commit or when it may have changed. True: the term is still ours, and `fence`
   * is of now. False: it is over. Throws when the store can't be read.
   */
  async refresh(): Promise<boolean> {
    const held = this.#held;
    if (!held || held.signal.aborted) return false;
    const { kv, fenceKey: key, termOf } = this.#deps;
    const found = await this.#answer("read the fence", kv.get(key));
    if (found.value !== null && termOf(found.value) === held.term) {
      held.sawFence({ key, value: found.value, versionstamp: found.versionstamp });
    } else {
      this.#end(held, "the fence has another term");
    }
    return !held.signal.aborted;
  }

  async #tryToTake(): Promise<HeldTerm | undefined> {
    try {
      const { kv, leaseKey, fenceKey, mayStand } = this.#deps;
      const [lease, fence] = await this.#answer("read the lease", kv.getMany([leaseKey, fenceKey]));
      if (!lease || !fence || !this.#isFree(lease) || mayStand?.() === false) return undefined;
      return await this.#take(lease, fence);
    } catch (thrown) {
      this.#judge.restart();
      this.#deps.log.warn(`Cannot look at the lease: ${messageOf(thrown)}`, { error: thrown });
      return undefined;
    }
  }

  /** Given up, left by an earlier try of our own, silent for the time of a lease, or nobody else can hold it. */
  #isFree(lease: KvEntryMaybe): boolean {
    if (lease.versionstamp === null || this.#deps.profile.soleWriter || isHeldBy(lease, this.#deps.holder)) return true;
    this.#judge.saw("lease", lease.versionstamp);
    return this.#judge.silentMs("lease") >= LEASE_MS;
  }

  async #take(lease: KvEntryMaybe, fence: KvEntryMaybe): Promise<HeldTerm | undefined> {
    const { clock, committer, holder, leaseKey, fenceKey, raiseTerm, termOf } = this.#deps;
    const value = raiseTerm(fence.value);
    const term = termOf(value);
    const deadlineMs = clock.monotonic() + HELD_MS;
    const change = new Change().check(leaseKey, lease.versionstamp).check(fenceKey, fence.versionstamp)
      .set(leaseKey, encodeLease({ holder, term, seq: 0 })).set(fenceKey, value);
    const result = await committer.commit(change);
    if (result.outcome === "refused") return undefined;
    const { versionstamp } = result;
    const taken: Fence = { key: fenceKey, value, versionstamp };
    return new HeldTerm({ term, fence: taken, leaseVersionstamp: versionstamp, deadlineMs });
  }

  async #hold(held: HeldTerm, signal: AbortSignal): Promise<void> {
    this.#held = held;
    this.#deps.log.info("Leading", { term: held.term });
    this.#tell();
    const stop = () => this.#end(held, "stopping");
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    if (this.#deps.profile.soleWriter) await held.ended;
    else await this.#keeper.keep(held);
    signal.removeEventListener("abort", stop);
    if (signal.aborted) await this.#keeper.giveUp(held);
  }

  #end(held: HeldTerm, reason: string): void {
    if (held.signal.aborted) return;
    held.end();
    this.#judge.restart();
    this.#deps.log.info("No longer leading", { term: held.term, reason });
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (thrown) {
        this.#deps.log.error(`Cannot tell of a change of leadership: ${messageOf(thrown)}`, { error: thrown });
      }
    }
  }

  #answer<T>(what: string, answer: Promise<T>): Promise<T> {
    return withDeadline(this.#deps.clock, LEASE_MS, what, answer);
  }
}
