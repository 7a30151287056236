import {
  type Execution,
  isAssigned,
  isEnded,
  isInScope,
  type Plan,
  type PlanHour,
  type PlanItem,
  type PlanRange,
} from "../model/mod.ts";
import { type Clock, invalid } from "../runtime/mod.ts";
import {
  type Catalogue,
  endedKey,
  endedPrefix,
  endedTable,
  executionPrefix,
  executionTable,
  gapsPrefix,
  gapTable,
  type Row,
  runningPrefix,
  runningTable,
  type Store,
} from "../store/mod.ts";
import { type Budget, hourOf, hoursOf, plannedOf } from "./planned_times.ts";

const HOUR_MS = 3_600_000;

/** Longest range, in milliseconds. */
const LONGEST_MS = 8 * 24 * HOUR_MS;

/** Executions of one job, and gaps of all, that are looked at at most. */
const LOOKED_AT = 50, GAPS_LOOKED_AT = 5_000;

/** Times that lie ahead which are looked at one by one. */
const TIMES_LOOKED_AT = 500_000;

/** Jobs that are looked at between two breaths: other requests are not to wait for all of them. */
const AT_A_TIME = 2_000;

/** What a plan is read from. */
export interface PlansDeps {
  store: Store;
  catalogue: Catalogue;
  clock: Clock;
  /** Whether the cluster is paused: nothing lies ahead then. */
  isPaused: () => boolean;
  defaultTimezone: string;
}

/** What ran, runs, will run and did not, over all jobs, from what is known of each: no whole history is read. */
export class Plans {
  readonly #deps: PlansDeps;

  constructor(deps: PlansDeps) {
    this.#deps = deps;
  }

  /** The plan of a range of at most 8 days. Throws `invalid`. */
  async of(range: PlanRange): Promise<Plan> {
    if (range.toMs < range.fromMs || range.toMs - range.fromMs > LONGEST_MS) {
      throw invalid('Cannot show a plan: "to" must lie within 8 days after "from"', [
        { path: "to", message: "must lie within 8 days after from" },
      ]);
    }
    await this.#deps.catalogue.ready();
    const rows = this.#deps.catalogue.all().filter((row) => isInScope(range.scope, row));
    const hours = hoursOf(range);
    if (range.scope === null) await this.#countEnded(range, hours);
    const parts = [
      await this.#planned(range, rows, hours),
      await this.#troubles(range, rows),
      await this.#refused(range, rows),
      await this.#running(range, new Set(rows.map(({ uid }) => uid))),
      lastGood(range, rows),
    ];
    return {
      hours: [...hours.values()],
      items: parts.flatMap(({ items }) => items.slice(0, range.limit)).sort((a, b) => a.at - b.at),
      isCut: parts.some(({ items, isCut }) => isCut || items.length > range.limit),
    };
  }

  async #countEnded({ fromMs, toMs }: PlanRange, hours: Map<number, PlanHour>): Promise<void> {
    const { store, clock } = this.#deps;
    const nowMs = clock.now();
    for (const hour of hours.values()) if (hour.hour <= nowMs) Object.assign(hour, { success: 0, failed: 0 });
    const keys = { prefix: endedPrefix(), start: endedKey(hourOf(fromMs), ""), end: endedKey(hourOf(toMs) + 1, "") };
    for await (const { key, value } of store.scan(endedTable, keys)) {
      const hour = hours.get(Number(key[1]));
      if (hour === undefined) continue;
      hour.success = (hour.success ?? 0) + value.success;
      hour.failed = (hour.failed ?? 0) + value.failed;
    }
  }

  /** What lies ahead, those first that come first. */
  async #planned(range: PlanRange, rows: readonly Row[], hours: Map<number, PlanHour>): Promise<Part> {
    const { clock, isPaused, defaultTimezone } = this.#deps;
    const items: PlanItem[] = [];
    const budget: Budget = { left: TIMES_LOOKED_AT };
    if (isPaused()) return { items, isCut: false };
    for (const [i, row] of rows.entries()) {
      if (i % AT_A_TIME === AT_A_TIME - 1) await clock.sleep(0);
      const item = plannedOf(row, { toMs: range.toMs, defaultTimezone, budget }, (at, times) => {
        const hour = hours.get(hourOf(at));
        if (hour) hour.planned += times;
      });
      if (item !== null && item.to >= range.fromMs) items.push(item);
    }
    items.sort((a, b) => a.at - b.at);
    return { items, isCut: budget.left <= 0 };
  }

  /** Ends that were not good, of jobs that had one in the range. */
  async #troubles({ fromMs, toMs, limit }: PlanRange, rows: readonly Row[]): Promise<Part> {
    const items: PlanItem[] = [];
    const troubled = rows.filter(({ lastError }) => lastError !== null && lastError >= fromMs && lastError <= toMs);
    troubled.sort((a, b) => (b.lastError ?? 0) - (a.lastError ?? 0));
    for (const row of troubled.slice(0, limit)) {
      const range = { prefix: executionPrefix(row.uid) };
      const last = await this.#deps.store.list(executionTable, range, { limit: LOOKED_AT, reverse: true });
      for (const { value } of last) {
        const item = troubleOf(row, value);
        if (item !== null && item.at >= fromMs && item.at <= toMs) items.push(item);
      }
    }
    items.sort((a, b) => b.at - a.at);
    return { items, isCut: troubled.length > limit };
  }

  async #refused({ fromMs, toMs }: PlanRange, rows: readonly Row[]): Promise<Part> {
    const { store } = this.#deps;
    const names = new Map(rows.map(({ uid, name }) => [uid, name]));
    const items: PlanItem[] = [];
    let seen = 0;
    for await (const { key, value: gap } of store.scan(gapTable, { prefix: gapsPrefix() })) {
      if (++seen > GAPS_LOOKED_AT) return { items, isCut: true };
      const job = names.get(String(key[1]));
      if (job === undefined || gap.to < fromMs || gap.from > toMs) continue;
      items.push({ kind: "did_not", job, at: gap.from, to: gap.to, count: gap.count, reason: gap.reason });
    }
    items.sort((a, b) => b.at - a.at);
    return { items, isCut: false };
  }

  async #running({ toMs }: PlanRange, uids: ReadonlySet<string>): Promise<Part> {
    const marks = await this.#deps.store.list(runningTable, { prefix: runningPrefix() });
    const running = marks.map(({ value }) => value).filter(isAssigned).filter(({ uid }) => uids.has(uid));
    const items = running.map((execution): PlanItem => ({
      kind: "runs",
      job: execution.jobName,
      at: execution.state === "running" ? execution.startedAt : execution.claimedAt,
      execution: execution.id,
    }));
    return { items: items.filter(({ at }) => at <= toMs), isCut: false };
  }
}

/** Items of one kind, those first that count most. */
interface Part {
  items: PlanItem[];
  isCut: boolean;
}

function troubleOf(row: Row, execution: Execution): PlanItem | null {
  if (!isEnded(execution) || execution.state === "success") return null;
  const { state, finishedAt: at, id, reason } = execution;
  return { kind: "ran", job: row.name, at, state, execution: id, reason };
}

/** The last good end of each job: which jobs ran well is told by their row. */
function lastGood({ fromMs, toMs }: PlanRange, rows: readonly Row[]): Part {
  const items = rows.flatMap(({ name, lastSuccess: at }): PlanItem[] =>
    at === null || at < fromMs || at > toMs
      ? []
      : [{ kind: "ran", job: name, at, state: "success", execution: null, reason: null }]
  );
  return { items: items.sort((a, b) => b.at - a.at), isCut: false };
}
