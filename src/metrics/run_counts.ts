import { type Due, type EndedExecution, isEnded } from "../model/mod.ts";
import { dueTable, executionTable, type Store, type StoreChange, writesOf } from "../store/mod.ts";

/** Where what becomes of runs is counted. */
export interface RunCounts {
  /** A scheduled first attempt has begun so long after it was due, in milliseconds. */
  started(delayMs: number): void;
  ended(state: EndedExecution["state"]): void;
  skipped(reason: string): void;
  refused(reason: string, times: number): void;
}

/** Reasons by how they begin: a label must not have as many values as there are reasons in words. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^overlap|^gate full/, "overlap"],
  [/^queue full/, "queue_full"],
  [/^paused/, "paused"],
  [/^missed/, "missed"],
  [/start deadline/, "start_deadline"],
  [/^its node/, "node_gone"],
  [/^no (agent|node)/, "no_node"],
];

/** Counts what the commits of a server make of runs and due times. */
export function countRuns(store: Store, counts: RunCounts): void {
  const gaps = new OpenGaps(counts);
  store.onApplied((change) => {
    for (const { value } of writesOf(change, executionTable)) {
      if (value !== null && isEnded(value) && value.late === null) countEnd(value, counts);
    }
    gaps.note(change);
  });
}

function countEnd(execution: EndedExecution, counts: RunCounts): void {
  const { state, trigger, attempt, dueAt, startedAt } = execution;
  counts.ended(state);
  if (state === "skipped") counts.skipped(reasonClass(execution.reason ?? ""));
  if (trigger === "schedule" && attempt === 1 && dueAt !== null && startedAt !== null) {
    counts.started(startedAt - dueAt);
  }
}

/** Refused times are counted as they come, while their gap is open. */
class OpenGaps {
  readonly #counts: RunCounts;
  /** Of each job with an open gap: since when it is, and how many times were counted. */
  readonly #open = new Map<string, { from: number; count: number }>();

  constructor(counts: RunCounts) {
    this.#counts = counts;
  }

  note(change: StoreChange): void {
    for (const { value } of writesOf(change, dueTable)) if (value !== null) this.#see(value);
  }

  #see({ plan: { uid }, openGap }: Due): void {
    if (openGap === null) {
      this.#open.delete(uid);
      return;
    }
    const { from, count, reason } = openGap;
    const known = this.#open.get(uid);
    // Of a gap that was open before this server came to see it, the last time alone is new.
    const before = known?.from === from ? known.count : count - 1;
    if (count > before) this.#counts.refused(reasonClass(reason), count - before);
    this.#open.set(uid, { from, count });
  }
}

function reasonClass(reason: string): string {
  return REASONS.find(([begins]) => begins.test(reason))?.[1] ?? "other";
}
