import { type Clock, Doorbell, type Log, messageOf } from "../runtime/mod.ts";
import { covered, deleteLive, liveKey, livePrefix, putLive, type Store, StoreChange } from "../store/mod.ts";
import { encodeNews, type LiveNews } from "./live_piece.ts";

/** The bell that says: a server has told of an output that is followed elsewhere. */
export const LIVE_BELL = "live";

/** Entries of this server that are kept: some seconds of a busy output. */
const KEPT = 128;
/** Entries in one commit at most: together far smaller than any store takes. */
const MOST_AT_ONCE = 8;
/** Entries removed in one commit at most. */
const MOST_REMOVED = 32;
/** Entries of a dead server removed at most: all that it can have left, with those of commits that landed late. */
const MOST_SWEPT = 2 * KEPT;
/** News that may wait; beyond that the oldest are dropped. */
const MOST_WAITING = 128;
/** How often to look without being woken, in milliseconds: nothing is read or written when there is nothing to do. */
const LOOK_EVERY_MS = 10_000;

/** What a teller works with. */
export interface LiveTellerDeps {
  store: Store;
  clock: Clock;
  log: Log;
  /** Names this start of this process. */
  incarnation: string;
}

/**
 * Tells other servers of outputs that are followed there: live pieces with their bytes, and that the store has more. It
 * writes them one after the other into a short range of its own, and removes all of it when nobody follows any more. What
 * is lost on the way was not to be kept; its readers see how much they missed.
 */
export class LiveTeller {
  readonly #deps: LiveTellerDeps;
  readonly #bell = new Doorbell();
  #waiting: LiveNews[] = [];
  /** The first entry that is in the store, and the one that comes next. */
  #first = 0;
  #next = 0;
  #idle = true;

  constructor(deps: LiveTellerDeps) {
    this.#deps = deps;
  }

  /** Number of the entry that comes next. */
  get next(): number {
    return this.#next;
  }

  /** Tells, soon. */
  tell(news: readonly LiveNews[]): void {
    this.#waiting.push(...news);
    if (this.#waiting.length > MOST_WAITING) this.#waiting = this.#waiting.slice(-MOST_WAITING);
    this.#idle = false;
    this.#bell.wake();
  }

  /** Nobody follows elsewhere: what was told is of no use any more. */
  rest(): void {
    if (this.#idle) return;
    this.#idle = true;
    this.#bell.wake();
  }

  /** Tells until `signal` aborts, and removes what it told. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    while (!signal.aborted) {
      await this.#bell.wait(clock, LOOK_EVERY_MS, signal);
      try {
        await this.flush();
      } catch (thrown) {
        log.warn(`Cannot tell other servers of output: ${messageOf(thrown)}`, { error: thrown });
      }
    }
    await this.#removeTo(this.#next).catch((thrown) =>
      log.warn(`Cannot remove what was told of output: ${messageOf(thrown)}`, { error: thrown })
    );
  }

  /** Tells what waits, or removes what is of no use any more. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const news = this.#waiting.splice(0, MOST_AT_ONCE);
      const from = this.#next;
      // A commit whose answer was lost may land late: its numbers are not used again.
      this.#next += news.length;
      const change = new StoreChange();
      for (const [i, one] of news.entries()) {
        const key = liveKey(this.#deps.incarnation, from + i);
        const place = i === 0 ? { key, value: null, versionstamp: null } : covered(key);
        putLive(change, place, encodeNews(one));
      }
      const first = Math.max(this.#first, Math.min(this.#next - KEPT, this.#first + MOST_REMOVED));
      for (let n = this.#first; n < first; n++) deleteLive(change, covered(liveKey(this.#deps.incarnation, n)));
      await this.#deps.store.commit(change.ring(LIVE_BELL));
      this.#first = first;
    }
    if (this.#idle) await this.#removeTo(this.#next);
  }

  /** Removes what a server has told that is gone for good. */
  async sweep(incarnation: string): Promise<void> {
    const { store } = this.#deps;
    const keys = await store.keys({ prefix: livePrefix(incarnation) }, { limit: MOST_SWEPT });
    for (const key of keys) {
      const change = new StoreChange();
      deleteLive(change, covered(key));
      await store.commit(change);
    }
  }

  /** Removes its entries below this number. */
  async #removeTo(end: number): Promise<void> {
    const { store, incarnation } = this.#deps;
    while (this.#first < end) {
      const to = Math.min(end, this.#first + MOST_REMOVED);
      const change = new StoreChange();
      for (let n = this.#first; n < to; n++) deleteLive(change, covered(liveKey(incarnation, n)));
      await store.commit(change);
      this.#first = to;
    }
  }
}
