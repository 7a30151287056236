import type { Cursor, Job, JobQuery, JobSort, Stat } from "../model/mod.ts";
import { emptyStat, isInScope } from "../model/mod.ts";
import { cursorPrefix, jobPrefix, statPrefix } from "./keys.ts";
import type { Store } from "./store.ts";
import { writesOf } from "./store_change.ts";
import { cursorTable, jobTable, statTable } from "./tables.ts";

/** One compact row of a job: what lists sort, filter and count by. */
export interface Row {
  name: string;
  uid: string;
  displayName: string;
  schedule: string;
  timezone: string;
  owner: string;
  executor: string;
  disabled: boolean;
  paused: boolean;
  unpausedAt: number | null;
  metadata: Readonly<Record<string, string>> | null;
  tags: Readonly<Record<string, string>> | null;
  status: Stat["status"];
  successCount: number;
  errorCount: number;
  lastSuccess: number | null;
  lastError: number | null;
  next: number | null;
  /** As in `Stat`. */
  recent: string;
}

/**
 * A row for each job, in memory. Loaded by range reads in the background, own changes at once; what a range read brings
 * never overwrites what an own change has said since.
 */
export class Catalogue {
  readonly #rows = new Map<string, Row>();
  readonly #byUid = new Map<string, Row>();
  /** Statistics and due times met before their job's row. */
  readonly #early = new Map<string, { stat?: Stat; next?: number | null }>();
  readonly #touched = new Set<string>();
  readonly #loaded = Promise.withResolvers<void>();
  readonly #store: Store;
  /** Rows by name; made anew after a job came or went. */
  #sorted: Row[] | undefined;
  #loading = true;

  constructor(store: Store) {
    this.#store = store;
    store.onApplied((change) => {
      for (const { key, value } of writesOf(change, jobTable)) this.#ownJob(String(key[1]), value);
      for (const { key, value } of writesOf(change, statTable)) this.#ownStat(String(key[1]), value);
      for (const { key, value } of writesOf(change, cursorTable)) this.#ownCursor(String(key[1]), value);
    });
  }

  /** Loads every job; answers when all rows are there. Rows of own changes are there before. */
  async load(): Promise<void> {
    const gone = new Set(this.#rows.keys());
    this.#touched.clear();
    this.#loading = true;
    for await (const { key, value } of this.#store.scan(jobTable, { prefix: jobPrefix() })) {
      gone.delete(value.definition.name);
      if (!this.#touched.has(`job/${key[1]}`)) this.#setJob(value);
    }
    for (const name of gone) if (!this.#touched.has(`job/${name}`)) this.#removeJob(name);
    for await (const { key, value } of this.#store.scan(statTable, { prefix: statPrefix() })) {
      if (!this.#touched.has(`stat/${key[1]}`)) this.#setStat(String(key[1]), value);
    }
    for await (const { key, value } of this.#store.scan(cursorTable, { prefix: cursorPrefix() })) {
      if (!this.#touched.has(`cursor/${key[1]}`)) this.#setNext(String(key[1]), value.dueAt);
    }
    this.#early.clear();
    this.#touched.clear();
    this.#loading = false;
    this.#loaded.resolve();
  }

  /** Whether every job that this process can know of has its row. */
  get isComplete(): boolean {
    return !this.#loading;
  }

  /** Resolves when every job has its row. */
  ready(): Promise<void> {
    return this.#loaded.promise;
  }

  /** How many jobs are known. */
  get size(): number {
    return this.#rows.size;
  }

  /** The row of a job by its uid, when it is known. */
  byUid(uid: string): Row | undefined {
    return this.#byUid.get(uid);
  }

  /** The row of a job by its name, when it is known. */
  byName(name: string): Row | undefined {
    return this.#rows.get(name);
  }

  /** Every row that is known, by name. */
  all(): readonly Row[] {
    return this.#sortedRows();
  }

  /** Rows that a query asks for, sorted, and how many there are before its slice. Waits for the load to end. */
  async query(query: JobQuery): Promise<{ rows: Row[]; total: number }> {
    await this.#loaded.promise;
    const all = isUnfiltered(query) ? this.#sortedRows() : this.#sortedRows().filter((row) => matches(row, query));
    const end = Math.min(query.end ?? all.length, all.length);
    const first = query.descending ? all.toReversed() : all;
    if (query.sort === "name") return { rows: first.slice(query.start, end), total: all.length };
    const ascending = ORDERS[query.sort];
    const order = query.descending ? (a: Row, b: Row) => ascending(b, a) : ascending;
    return { rows: firstInOrder(first, order, end).slice(query.start), total: all.length };
  }

  #sortedRows(): Row[] {
    this.#sorted ??= [...this.#rows.values()].sort((a, b) => byText(a.name, b.name));
    return this.#sorted;
  }

  #ownJob(name: string, job: Job | null): void {
    if (this.#loading) this.#touched.add(`job/${name}`);
    if (job !== null) this.#setJob(job);
    else this.#removeJob(name);
  }

  #removeJob(name: string): void {
    const row = this.#rows.get(name);
    if (!row) return;
    this.#rows.delete(name);
    this.#byUid.delete(row.uid);
    this.#sorted = undefined;
  }

  #ownStat(uid: string, stat: Stat | null): void {
    if (this.#loading) this.#touched.add(`stat/${uid}`);
    this.#setStat(uid, stat ?? emptyStat);
  }

  #ownCursor(uid: string, cursor: Cursor | null): void {
    if (this.#loading) this.#touched.add(`cursor/${uid}`);
    this.#setNext(uid, cursor?.dueAt ?? null);
  }

  #setJob(job: Job): void {
    const { definition, uid } = job;
    const known = this.#rows.get(definition.name);
    const same = known?.uid === uid ? known : undefined;
    if (known && !same) this.#byUid.delete(known.uid);
    if (!same) this.#sorted = undefined;
    const early = this.#early.get(uid);
    const results = same ?? early?.stat ?? emptyStat;
    const row: Row = {
      name: definition.name,
      uid,
      displayName: definition.displayName,
      schedule: definition.schedule,
      timezone: definition.timezone,
      owner: definition.owner,
      executor: definition.executor,
      disabled: definition.disabled,
      paused: job.pause !== null,
      unpausedAt: job.unpausedAt,
      metadata: definition.metadata,
      tags: definition.tags,
      ...rowResults(results),
      next: same?.next ?? early?.next ?? null,
    };
    if (same) {
      Object.assign(same, row);
      return;
    }
    this.#rows.set(row.name, row);
    this.#byUid.set(uid, row);
  }

  #setStat(uid: string, stat: Stat): void {
    const row = this.#byUid.get(uid);
    if (row) Object.assign(row, rowResults(stat));
    else if (this.#loading) this.#early.set(uid, { ...this.#early.get(uid), stat });
  }

  #setNext(uid: string, next: number | null): void {
    const row = this.#byUid.get(uid);
    if (row) row.next = next;
    else if (this.#loading) this.#early.set(uid, { ...this.#early.get(uid), next });
  }
}

/** Up to this many rows are picked out one by one; beyond it, sorting all of them costs less. */
const PICKED_AT_MOST = 1_000;

/** The first `most` rows in an order; equal ones keep the order they came in. */
function firstInOrder(rows: readonly Row[], order: (a: Row, b: Row) => number, most: number): Row[] {
  if (most > PICKED_AT_MOST) return rows.toSorted(order).slice(0, most);
  const picked: Row[] = [];
  for (const row of rows) {
    const last = picked[most - 1];
    if (most === 0 || (last !== undefined && order(row, last) >= 0)) continue;
    let at = picked.length;
    for (let before = picked[at - 1]; before !== undefined && order(row, before) < 0; before = picked[at - 1]) at--;
    picked.splice(at, 0, row);
    if (picked.length > most) picked.pop();
  }
  return picked;
}

function rowResults(stat: Stat): Stat {
  const { status, successCount, errorCount, lastSuccess, lastError, recent } = stat;
  return { status, successCount, errorCount, lastSuccess, lastError, recent };
}

function isUnfiltered(query: JobQuery): boolean {
  return query.scope === null && query.text === "" && query.status === null && query.disabled === null &&
    query.paused === null && query.executor === null && Object.keys({ ...query.metadata, ...query.tags }).length === 0;
}

function matches(row: Row, query: JobQuery): boolean {
  if (!isInScope(query.scope, row)) return false;
  if (query.text !== "" && !row.name.includes(query.text) && !row.displayName.includes(query.text)) return false;
  if (query.status !== null && row.status !== (query.status === "untriggered" ? "" : query.status)) return false;
  if (query.disabled !== null && row.disabled !== query.disabled) return false;
  if (query.paused !== null && row.paused !== query.paused) return false;
  if (query.executor !== null && row.executor !== query.executor) return false;
  return Object.entries(query.metadata).every(([key, value]) => row.metadata?.[key] === value) &&
    Object.entries(query.tags).every(([key, value]) => row.tags?.[key] === value);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Missing dates sort after those that are there, as in Dkron. */
function byTime(a: number | null, b: number | null): number {
  return (a ?? Infinity) === (b ?? Infinity) ? 0 : (a ?? Infinity) - (b ?? Infinity);
}

const ORDERS: Record<JobSort, (a: Row, b: Row) => number> = {
  name: (a, b) => byText(a.name, b.name),
  displayName: (a, b) => byText(a.displayName, b.displayName),
  schedule: (a, b) => byText(a.schedule, b.schedule),
  owner: (a, b) => byText(a.owner, b.owner),
  executor: (a, b) => byText(a.executor, b.executor),
  status: (a, b) => byText(a.status, b.status),
  disabled: (a, b) => Number(a.disabled) - Number(b.disabled),
  successCount: (a, b) => a.successCount - b.successCount,
  errorCount: (a, b) => a.errorCount - b.errorCount,
  lastSuccess: (a, b) => byTime(a.lastSuccess, b.lastSuccess),
  lastError: (a, b) => byTime(a.lastError, b.lastError),
  next: (a, b) => byTime(a.next, b.next),
};
