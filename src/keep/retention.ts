import { isEnded } from "../model/mod.ts";
import { type Clock, type Log, runForever } from "../runtime/mod.ts";
import {
  type Catalogue,
  executionTable,
  gapTable,
  jobKey,
  jobTable,
  type Store,
  type StoreChange,
  writesOf,
} from "../store/mod.ts";
import { historyKind, type HistorySize, measureHistory, pruneGaps, pruneHistory } from "./history.ts";

/** New ended executions of a job after which its history is looked at before those of others. */
const LOOK_AFTER = 60;

/** How often histories are looked at, in milliseconds. */
const EVERY_MS = 1_000;

/** Jobs looked at in one pass: of those with so many new ends, and of those with fewer. */
const JOBS_IN_A_PASS = 200;
const QUIET_JOBS_IN_A_PASS = 4;

/**
 * Keeps each job's history within its limits. Ends are counted in memory, so a history may be over its limit for a while,
 * by 60 or so. Where this process is the store's only writer, its count saves reading the history.
 */
export class Retention {
  readonly #store: Store;
  readonly #catalogue: Catalogue;
  /** Ends since the last look. */
  readonly #since = new Map<string, number>();
  readonly #sizes = new Map<string, HistorySize>();
  readonly #full = new Set<string>();
  /** Jobs with fewer new ends, the longest known first. */
  readonly #quiet = new Set<string>();
  /** Jobs that got a gap since the last look, or were never looked at. */
  readonly #gaps = new Set<string>();
  /** The job being looked at, what ended of it meanwhile, and how much was deleted. */
  #current: { uid: string; ended: Set<string>; deleted: number } | undefined;

  constructor(store: Store, catalogue: Catalogue) {
    this.#store = store;
    this.#catalogue = catalogue;
    store.onApplied((change) => this.#note(change));
  }

  /** Prunes until `signal` aborts: each server those of jobs whose runs it has ended. */
  async run({ clock, log }: { clock: Clock; log: Log }, signal: AbortSignal): Promise<void> {
    await runForever({ clock, log, name: "history" }, signal, async () => {
      const more = await this.pass();
      await clock.sleep(more ? 10 : EVERY_MS, signal);
    });
  }

  /** Prunes the histories that have grown; answers whether more are left. */
  async pass(): Promise<boolean> {
    const jobs = [...firstOf(this.#full, JOBS_IN_A_PASS), ...firstOf(this.#quiet, QUIET_JOBS_IN_A_PASS)];
    for (const uid of jobs) {
      this.#full.delete(uid);
      this.#quiet.delete(uid);
      this.#since.set(uid, 0);
      const name = this.#catalogue.byUid(uid)?.name;
      const job = name === undefined ? null : (await this.#store.get(jobTable, jobKey(name))).value;
      if (job?.uid === uid) await this.#prune(uid, job.definition.retentionCount);
      else this.#forget(uid);
    }
    return this.#full.size > 0;
  }

  /** The job is gone. */
  #forget(uid: string): void {
    this.#sizes.delete(uid);
    this.#since.delete(uid);
    this.#gaps.delete(uid);
  }

  async #prune(uid: string, startedKept: number): Promise<void> {
    const store = this.#store;
    if (!this.#sizes.has(uid)) this.#gaps.add(uid);
    const known = store.engine.profile.soleWriter ? this.#sizes.get(uid) : undefined;
    const current = { uid, ended: new Set<string>(), deleted: 0 };
    this.#current = current;
    try {
      const size = known ?? await this.#measure(uid, current.ended);
      const gone = await pruneHistory(store, uid, startedKept, size);
      size.started -= gone.started;
      size.skipped -= gone.skipped;
      // Somebody else removed some of it too: it is to be counted anew.
      if (current.deleted !== gone.started + gone.skipped) this.#sizes.delete(uid);
      if (this.#gaps.delete(uid)) await pruneGaps(store, uid);
    } finally {
      this.#current = undefined;
    }
  }

  /** Counts a history; what ends meanwhile is counted by `#note` and left out of the reading. */
  async #measure(uid: string, ended: ReadonlySet<string>): Promise<HistorySize> {
    const size: HistorySize = { started: 0, skipped: 0 };
    this.#sizes.set(uid, size);
    const read = await measureHistory(this.#store, uid, ended);
    size.started += read.started;
    size.skipped += read.skipped;
    return size;
  }

  #note(change: StoreChange): void {
    for (const { key } of writesOf(change, gapTable)) this.#gaps.add(String(key[1]));
    for (const { key, value } of writesOf(change, executionTable)) {
      const uid = String(key[1]);
      if (value === null) {
        if (this.#current?.uid === uid) this.#current.deleted++;
        else this.#sizes.delete(uid);
        continue;
      }
      const kind = historyKind(value);
      // What its agent said afterwards does not end it again.
      if (kind === null || isEnded(value) && value.late !== null) continue;
      const size = this.#sizes.get(uid);
      if (size !== undefined) size[kind]++;
      if (this.#current?.uid === uid) this.#current.ended.add(value.id);
      this.#count(uid);
    }
  }

  #count(uid: string): void {
    const since = (this.#since.get(uid) ?? 0) + 1;
    this.#since.set(uid, since);
    if (since < LOOK_AFTER) this.#quiet.add(uid);
    else {
      this.#quiet.delete(uid);
      this.#full.add(uid);
    }
  }
}

function firstOf(jobs: ReadonlySet<string>, most: number): string[] {
  return jobs.values().take(most).toArray();
}
