import { isEnded } from "../model/mod.ts";
import { type Catalogue, executionTable, jobKey, jobTable, type Store, writesOf } from "../store/mod.ts";
import { pruneHistory } from "./history.ts";

/** New ended executions of a job after which its history is looked at before those of others. */
const LOOK_AFTER = 60;

/** Jobs looked at in one pass: of those with so many new ends, and of those with fewer. */
const JOBS_IN_A_PASS = 200;
const QUIET_JOBS_IN_A_PASS = 20;

/**
 * Keeps each job's history within its limits. Ends are counted in memory since the last look, so a history may be over
 * its limit for a while, by 60 or so.
 */
export class Retention {
  readonly #store: Store;
  readonly #catalogue: Catalogue;
  readonly #since = new Map<string, number>();
  readonly #full = new Set<string>();
  /** Jobs with fewer new ends, the longest known first. */
  readonly #quiet = new Set<string>();

  constructor(store: Store, catalogue: Catalogue) {
    this.#store = store;
    this.#catalogue = catalogue;
    store.onApplied((change) => {
      for (const { value } of writesOf(change, executionTable)) {
        if (value !== null && isEnded(value)) this.#count(value.uid);
      }
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
      if (job?.uid === uid) await pruneHistory(this.#store, uid, job.definition.retentionCount);
    }
    return this.#full.size > 0;
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
