import type { QueuedExecution } from "../model/mod.ts";
import type { Found } from "../store/mod.ts";

/** Ready executions of one lane: first come first served within a job, jobs in turn. */
export class JobTurns {
  /** In order of turn: the job at the front is next, and goes to the back when served. */
  readonly #jobs = new Map<string, Map<string, Found<QueuedExecution>>>();

  /** Lines up an execution behind its job's others. */
  add(found: Found<QueuedExecution>): void {
    const { uid, id } = found.value;
    const line = this.#jobs.get(uid) ?? new Map<string, Found<QueuedExecution>>();
    this.#jobs.set(uid, line);
    line.set(id, found);
  }

  /** Takes the next one of a job that may start now; undefined when there is none. */
  next(mayStart: (uid: string) => boolean): Found<QueuedExecution> | undefined {
    for (const [uid, line] of this.#jobs) {
      if (!mayStart(uid)) continue;
      this.#jobs.delete(uid);
      const [first] = line;
      if (first === undefined) continue;
      line.delete(first[0]);
      if (line.size > 0) this.#jobs.set(uid, line);
      return first[1];
    }
    return undefined;
  }

  /** Moves executions into `taken` until it holds `most`. */
  takeInto(taken: Found<QueuedExecution>[], most: number, mayStart: (uid: string) => boolean): void {
    while (taken.length < most) {
      const next = this.next(mayStart);
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
