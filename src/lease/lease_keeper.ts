import { type Clock, type Log, messageOf } from "../runtime/mod.ts";
import { Change, type Commits, type Kv, type KvKey, withDeadline } from "../kv/mod.ts";
import type { HeldTerm } from "./leadership.ts";
import { encodeLease, isHeldBy } from "./lease_record.ts";

/** How long a lease is silent before others may take it, in milliseconds. */
export const LEASE_MS = 2_000;
/** How long its holder relies on it after writing it: less, as clocks do not run alike. */
export const HELD_MS = LEASE_MS - 200;
/** How often a holder writes it, in milliseconds. */
const RENEW_EACH_MS = 500;

/** The bell that rings when a lease is given up; wire it to `Lease.look`. */
export const LEASE_BELL = "lease";

/** What the keeper of a lease works with. */
export interface LeaseKeeperDeps {
  kv: Kv;
  committer: Commits;
  clock: Clock;
  log: Log;
  holder: string;
  leaseKey: KvKey;
}

/** Renews a held lease and ends the leadership when that fails for too long; gives the lease up at a clean stop. */
export class LeaseKeeper {
  readonly #deps: LeaseKeeperDeps;
  readonly #end: (held: HeldTerm, reason: string) => void;

  constructor(deps: LeaseKeeperDeps, end: (held: HeldTerm, reason: string) => void) {
    this.#deps = deps;
    this.#end = end;
  }

  /** Resolves when the leadership has ended. */
  async keep(held: HeldTerm): Promise<void> {
    await Promise.all([this.#keepRenewing(held), this.#endAtDeadline(held)]);
  }

  /** Deletes the lease, so that nobody has to wait for its end. */
  async giveUp(held: HeldTerm): Promise<void> {
    const { committer, leaseKey, log } = this.#deps;
    try {
      const drop = () =>
        committer.commit(new Change().check(leaseKey, held.leaseVersionstamp).delete(leaseKey).ring(LEASE_BELL));
      if ((await drop()).outcome === "applied") return;
      const before = held.leaseVersionstamp;
      await this.#lookAgain(held);
      if (held.leaseVersionstamp !== before) await drop();
    } catch (thrown) {
      log.warn(`Cannot give up the lease: ${messageOf(thrown)}`, { error: thrown });
    }
  }

  async #keepRenewing(held: HeldTerm): Promise<void> {
    await this.#deps.clock.sleep(RENEW_EACH_MS, held.signal);
    while (!held.signal.aborted) {
      await Promise.race([this.#renew(held), held.ended]); // a renewal that hangs is left behind
      await this.#deps.clock.sleep(RENEW_EACH_MS, held.signal);
    }
  }

  /** One try to renew; it fails without a throw, and the deadline decides. */
  async #renew(held: HeldTerm): Promise<void> {
    const { clock, committer, holder, leaseKey, log } = this.#deps;
    const deadlineMs = clock.monotonic() + HELD_MS;
    const value = encodeLease({ holder, term: held.term, seq: ++held.seq });
    try {
      const result = await committer.commit(new Change().check(leaseKey, held.leaseVersionstamp).set(leaseKey, value));
      if (result.outcome === "applied") {
        held.leaseVersionstamp = result.versionstamp;
        held.deadlineMs = deadlineMs;
        return;
      }
    } catch (thrown) {
      log.warn(`Cannot renew the lease: ${messageOf(thrown)}`, { error: thrown, term: held.term });
    }
    await this.#lookAgain(held).catch(() => {});
  }

  /** After a renewal that was not applied for certain: goes on from what the lease holds, if it is still ours. */
  async #lookAgain(held: HeldTerm): Promise<void> {
    const { clock, kv, leaseKey } = this.#deps;
    const lease = await withDeadline(clock, LEASE_MS, "read the lease", kv.get(leaseKey));
    if (lease.versionstamp !== null && isHeldBy(lease, this.#deps.holder, held.term)) {
      held.leaseVersionstamp = lease.versionstamp;
    } else this.#end(held, "another holder has the lease");
  }

  /** Ends the leadership on time, whatever hangs. */
  async #endAtDeadline(held: HeldTerm): Promise<void> {
    const { clock } = this.#deps;
    while (!held.signal.aborted) {
      const leftMs = held.deadlineMs - clock.monotonic();
      if (leftMs <= 0) this.#end(held, "the lease was not renewed in time");
      else await clock.sleep(leftMs, held.signal);
    }
  }
}
