import type { QueuedExecution } from "../model/mod.ts";
import type { Found } from "../store/mod.ts";

/** Which jobs may start now, and which of their executions may be taken. */
export interface TakeFilter {
  mayStart: (uid: string) => boolean;
  mayTake: (execution: QueuedExecution) => boolean;
}

/** Ready executions of one lane: first come first served within a job, jobs in turn. */
export class JobTurns {
  /** In order of turn: the job at the front is next, and goes to the back when served. */
  readonly #jobs = new Map<string, Map<string, Found<QueuedExecution>>>();

  /** Whether nothing waits in it. */
  get isEmpty(): boolean {
    return this.#jobs.size === 0;
  }

  /** Lines up an execution behind its job's others. */
  add(found: Found<QueuedExecution>): void {
    const { uid, id } = found.value;
    const line = this.#jobs.get(uid) ?? new Map<string, Found<QueuedExecution>>();
    this.#jobs.set(uid, line);
    line.set(id, found);
  }

  /** Takes the next one that may be taken; undefined when there is none. */
  next(filter: TakeFilter): Found<QueuedExecution> | undefined {
    for (const [uid, line] of this.#jobs) {
      const first = filter.mayStart(uid) ? firstOf(line, filter) : undefined;
      if (first === undefined) continue;
      this.#jobs.delete(uid);
      line.delete(first.value.id);
      if (line.size > 0) this.#jobs.set(uid, line);
      return first;
    }
    return undefined;
  }

  /** Moves executions into `taken` until it holds `most`. */
  takeInto(taken: Found<QueuedExecution>[], most: number, filter: TakeFilter): void {
    while (taken.length < most) {
      const next = this.next(filter);
      if (next === undefined) return;
      taken.push(next);
    }
  }

  /** Forgets an execution. */
  remove(uid: string, id: string): void {
    const line = this.#jobs.get(uid);
    line?.delete(id);
    if (line?.size === 0) this.#jobs.delete(uid);
  }
}

function firstOf(line: ReadonlyMap<string, Found<QueuedExecution>>, filter: TakeFilter) {
  for (const found of line.values()) if (filter.mayTake(found.value)) return found;
  return undefined;
}
