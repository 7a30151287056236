import { isAssigned } from "../model/mod.ts";
import type { Finisher } from "../finish/mod.ts";
import { unmadeOf } from "../start/mod.ts";
import {
  deleteGate,
  deleteJoin,
  deleteRevision,
  deleteStat,
  deleteTomb,
  executionPrefix,
  executionTable,
  type Found,
  gateKey,
  gateTable,
  joinKey,
  joinTable,
  type OpenExecutions,
  revisionPrefix,
  revisionTable,
  statKey,
  statTable,
  type Store,
  StoreChange,
  tombPrefix,
  tombTable,
} from "../store/mod.ts";
import { clearHistory } from "./history.ts";

/** Finishes the deletion of jobs: queued runs are cancelled, running ones end, and then all that was kept of the job goes. */
export class DeletedJobs {
  readonly #store: Store;
  readonly #open: OpenExecutions;
  readonly #finisher: Finisher;

  constructor({ store, open, finisher }: { store: Store; open: OpenExecutions; finisher: Finisher }) {
    this.#store = store;
    this.#open = open;
    this.#finisher = finisher;
  }

  /** Looks at every deleted job once. */
  async pass(): Promise<void> {
    for (const tomb of await this.#store.list(tombTable, { prefix: tombPrefix() })) await this.#bury(tomb);
  }

  async #bury(tomb: Found<{ name: string; at: number; cancel: boolean; by: string }>): Promise<void> {
    const uid = String(tomb.key[1]);
    await this.#cancel(uid, tomb.value);
    if (await this.#hasRuns(uid)) return;
    const change = new StoreChange();
    const most = Math.min(80, this.#store.engine.profile.limits.checks - 5);
    for (const revision of await this.#store.list(revisionTable, { prefix: revisionPrefix(uid) }, { limit: most })) {
      deleteRevision(change, revision);
    }
    const stat = await this.#store.get(statTable, statKey(uid));
    if (stat.value !== null) deleteStat(change, stat);
    const gate = await this.#store.get(gateTable, gateKey(`job/${uid}`));
    if (gate.value !== null) deleteGate(change, gate);
    const join = await this.#store.get(joinTable, joinKey(uid));
    if (join.value !== null) deleteJoin(change, join);
    const revisionsLeft = (await this.#store.keys({ prefix: revisionPrefix(uid) }, { limit: most + 1 })).length > most;
    if (!revisionsLeft) deleteTomb(change, tomb);
    await this.#store.commit(change);
  }

  /**
   * Removes what is over; answers whether anything is left. An execution goes from where it waits to the queue, to its node
   * and into the history: looked for in that order, none slips by.
   */
  async #hasRuns(uid: string): Promise<boolean> {
    if ((await unmadeOf(this.#store, uid)).length > 0) return true;
    if (await clearHistory(this.#store, uid) > 0) return true;
    return (await this.#open.ofJob(uid)).length > 0 || await clearHistory(this.#store, uid) > 0;
  }

  /** Queued runs always; running ones where that was asked for. */
  async #cancel(uid: string, tomb: { name: string; at: number; cancel: boolean; by: string }): Promise<void> {
    const request = { kind: "cancel" as const, by: tomb.by, reason: `job "${tomb.name}" was deleted`, at: tomb.at };
    const waiting = await this.#store.list(executionTable, { prefix: executionPrefix(uid) });
    const unmade = await unmadeOf(this.#store, uid);
    const all = [...unmade, ...[...waiting, ...await this.#open.ofJob(uid)].map(({ value }) => value)];
    const open = all.filter((execution) =>
      execution.state === "queued" || (tomb.cancel && isAssigned(execution) && execution.cancel === null)
    );
    await Promise.all(open.map(({ id }) => this.#finisher.submit(uid, { kind: "cancel", execution: id, request })));
  }
}
