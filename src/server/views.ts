import {
  emptyStat,
  type Execution,
  type ExecutionQuery,
  type Gap,
  hasStarted,
  isAssigned,
  isEnded,
  type JobQuery,
  type JobView,
  parseExecutionId,
  type Revision,
} from "../model/mod.ts";
import type { Clock } from "../runtime/mod.ts";
import { unmadeOf } from "../start/mod.ts";
import {
  type Catalogue,
  cursorKey,
  cursorTable,
  dueKey,
  dueTable,
  endedKey,
  endedPrefix,
  endedTable,
  executionKey,
  executionPrefix,
  executionTable,
  gapPrefix,
  gapTable,
  type Graph,
  jobKey,
  jobTable,
  type OpenExecutions,
  revisionPrefix,
  revisionTable,
  type Row,
  runningPrefix,
  runningTable,
  statKey,
  statTable,
  type Store,
} from "../store/mod.ts";

const DAY_MS = 86_400_000;

/** What reading works with. */
export interface ViewsDeps {
  store: Store;
  catalogue: Catalogue;
  graph: Graph;
  open: OpenExecutions;
  clock: Clock;
  /** Whether the cluster is paused: no job has a next time then. */
  isPaused: () => boolean;
}

/** Reads of jobs, their results and history. */
export class StoreViews {
  readonly #store: Store;
  readonly #catalogue: Catalogue;
  readonly #graph: Graph;
  readonly #open: OpenExecutions;
  readonly #clock: Clock;
  readonly #isPaused: () => boolean;

  constructor(deps: ViewsDeps) {
    this.#store = deps.store;
    this.#catalogue = deps.catalogue;
    this.#graph = deps.graph;
    this.#open = deps.open;
    this.#clock = deps.clock;
    this.#isPaused = deps.isPaused;
  }

  /** One job as it is now; null when there is none of the name. */
  async job(name: string): Promise<JobView | null> {
    const job = (await this.#store.read(jobTable, jobKey(name))).value;
    if (job === null) return null;
    const dependents = this.#graph.children(name).map((child) => child.name);
    const row = this.#store.engine.profile.soleWriter ? this.#catalogue.byUid(job.uid) : undefined;
    const stat = row ?? (await this.#store.read(statTable, statKey(job.uid))).value ?? emptyStat;
    const nextAt = row ? row.next : (await this.#store.read(cursorTable, cursorKey(job.uid))).value?.dueAt ?? null;
    return { job, stat, nextAt: this.#isPaused() ? null : nextAt, dependents };
  }

  /** Jobs in the order and range that a query asks for. */
  async jobs(query: JobQuery): Promise<{ views: JobView[]; total: number }> {
    const { rows, total } = await this.#catalogue.query(query);
    const isPaused = this.#isPaused();
    const byName = isOneRange(query) ? await this.#jobsBetween(rows) : undefined;
    const views = await Promise.all(rows.map(async (row) => {
      const job = byName?.get(row.name) ?? (await this.#store.read(jobTable, jobKey(row.name))).value;
      const dependents = this.#graph.children(row.name).map((child) => child.name);
      return job ? [{ job, stat: row, nextAt: isPaused ? null : row.next, dependents }] : [];
    }));
    return { views: views.flat(), total };
  }

  /** Executions of a job; null when there is no such job. */
  async executions(name: string, query: ExecutionQuery): Promise<{ executions: Execution[]; total: number } | null> {
    const job = (await this.#store.read(jobTable, jobKey(name))).value;
    if (job === null) return null;
    const { states } = query;
    const shown = (await this.#allOf(job.uid)).filter((execution) =>
      states === null ? hasStarted(execution) : states.includes(execution.state)
    );
    const sorted = shown.sort((a, b) => compareBy(a, b, query.sort));
    if (query.descending) sorted.reverse();
    return { executions: sorted.slice(query.start, query.end ?? undefined), total: sorted.length };
  }

  /** One execution of a job; null when there is none. */
  async execution(name: string, id: string): Promise<Execution | null> {
    const job = (await this.#store.read(jobTable, jobKey(name))).value;
    if (job === null || parseExecutionId(id) === undefined) return null;
    const open = (await this.#open.findNow(job.uid, id)).value;
    // As lists do: what is remembered is a moment behind a commit that is being answered.
    const key = executionKey(job.uid, id);
    const [found] = await this.#store.list(executionTable, { prefix: key.slice(0, 3), start: key }, { limit: 1 });
    if (found?.value.id === id) return found.value;
    return open ?? (await unmadeOf(this.#store, job.uid)).find((unmade) => unmade.id === id) ?? null;
  }

  /** What runs on any node, oldest start first. */
  async busy(): Promise<Execution[]> {
    const marks = await this.#store.list(runningTable, { prefix: runningPrefix() });
    const running = marks.map(({ value }) => value).filter(isAssigned);
    return running.sort((a, b) => startOf(a) - startOf(b));
  }

  /** Times that were refused, newest first; null when there is no such job. */
  async gaps(name: string): Promise<Gap[] | null> {
    const job = (await this.#store.read(jobTable, jobKey(name))).value;
    if (job === null) return null;
    const closed = (await this.#store.list(gapTable, { prefix: gapPrefix(job.uid) })).map(({ value }) => value);
    const dueAt = (await this.#store.read(cursorTable, cursorKey(job.uid))).value?.dueAt ?? null;
    const due = dueAt === null ? null : (await this.#store.read(dueTable, dueKey(dueAt, job.uid))).value;
    const open = due?.openGap ?? null;
    const all = open === null ? closed : [...closed.filter((gap) => gap.from !== open.from), open];
    return all.sort((a, b) => b.from - a.from);
  }

  /** All revisions of a job, newest first; null when there is no such job. */
  async revisions(name: string): Promise<(Revision & { revision: number })[] | null> {
    const job = (await this.#store.read(jobTable, jobKey(name))).value;
    if (job === null) return null;
    const found = await this.#store.list(revisionTable, { prefix: revisionPrefix(job.uid) });
    return found.map(({ key, value }) => ({ ...value, revision: Number(key[2]) })).reverse();
  }

  /** Groups that ended well and badly on each of the last UTC days. */
  async days(days: number): Promise<{ day: string; success: number; failed: number }[]> {
    const today = Math.floor(this.#clock.now() / DAY_MS) * DAY_MS;
    const first = today - (days - 1) * DAY_MS;
    const totals = Array.from({ length: days }, (_, i) => ({
      day: new Date(first + i * DAY_MS).toISOString().slice(0, 10),
      success: 0,
      failed: 0,
    }));
    for await (
      const { key, value } of this.#store.scan(endedTable, { prefix: endedPrefix(), start: endedKey(first, "") })
    ) {
      const total = totals[Math.floor((Number(key[1]) - first) / DAY_MS)];
      if (total === undefined) continue;
      total.success += value.success;
      total.failed += value.failed;
    }
    return totals;
  }

  /** Executions of a job in any state. Those that are open first: one that ends meanwhile is then seen as ended, not missed. */
  async #allOf(uid: string): Promise<Execution[]> {
    const all = new Map<string, Execution>((await unmadeOf(this.#store, uid)).map((unmade) => [unmade.id, unmade]));
    for (const { value } of await this.#open.ofJob(uid)) all.set(value.id, value);
    for await (const { value } of this.#store.scan(executionTable, { prefix: executionPrefix(uid) })) {
      all.set(value.id, value);
    }
    return [...all.values()];
  }

  /** Rows that follow one another by name are one range read. */
  async #jobsBetween(rows: readonly Row[]) {
    const names = rows.map((row) => row.name).sort();
    const [first, last] = [names[0], names.at(-1)];
    if (first === undefined || last === undefined) return new Map();
    const range = { prefix: jobKey(first).slice(0, 1), start: jobKey(first), end: jobKey(`${last}\u0000`) };
    const found = await this.#store.list(jobTable, range, { limit: rows.length });
    return new Map(found.map(({ value }) => [value.definition.name, value]));
  }
}

function isOneRange(query: JobQuery): boolean {
  return query.scope === null && query.sort === "name" && query.text === "" && query.status === null &&
    query.disabled === null && query.paused === null && query.executor === null &&
    Object.keys({ ...query.metadata, ...query.tags }).length === 0;
}

function startOf(execution: Execution): number {
  if (execution.state === "queued") return Infinity;
  return (execution.state === "claimed" ? execution.claimedAt : execution.startedAt) ?? Infinity;
}

function compareBy(a: Execution, b: Execution, sort: ExecutionQuery["sort"]): number {
  const by = {
    id: 0,
    startedAt: startOf(a) - startOf(b) || 0,
    finishedAt: (isEnded(a) ? a.finishedAt : Infinity) - (isEnded(b) ? b.finishedAt : Infinity) || 0,
    attempt: a.attempt - b.attempt,
  }[sort];
  return by !== 0 ? by : a.id < b.id ? -1 : 1;
}
