import type { Assignment, CancelRequest, Held, PollAnswer, Result } from "../model/mod.ts";
import { formatDuration } from "../runtime/mod.ts";
import { BoundedSet } from "./bounded_set.ts";
import { Run, type RunDeps } from "./run.ts";

/** How many ids of ended executions are remembered, to refuse a claim that comes again. */
const REMEMBERED = 20_000;

/** What the table tells; none of it may throw. */
export interface RunTableEvents {
  /** An execution was taken. */
  accepted(): void;
  /** An execution is over, and its slot is free. */
  ended(run: Run, result: Result): void;
  /** A claim goes back, of which nothing has begun. */
  returned(claim: Assignment): void;
  /** Whether a claim is still on its way back: until it has arrived, it is not taken again. */
  isReturning(execution: string): boolean;
}

/**
 * The executions that this node has: at most `slots` running, the others waiting. There are others only when an answer
 * was lost: its claims come again beside newer ones.
 */
export class RunTable {
  readonly #deps: RunDeps;
  readonly #slots: number;
  readonly #events: RunTableEvents;
  readonly #running = new Map<string, Run>();
  readonly #waiting = new Map<string, Run>();
  readonly #ended = new BoundedSet(REMEMBERED);
  #followed: ReadonlySet<string> = new Set();
  /** Who wants no more to begin here. */
  readonly #drains = { shutdown: false, operator: false };
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(deps: RunDeps, slots: number, events: RunTableEvents) {
    this.#deps = deps;
    this.#slots = slots;
    this.#events = events;
  }

  /** How many more executions it can run. */
  get freeSlots(): number {
    return Math.max(0, this.#slots - this.#running.size - this.#waiting.size);
  }

  /** Whether it begins nothing more: what waits, or comes yet, goes back. */
  get draining(): boolean {
    return this.#drains.shutdown || this.#drains.operator;
  }

  /** The shortest time that servers may be silent for before one of its runs is to be stopped; Infinity when none is. */
  get silenceMs(): number {
    let shortest = Infinity;
    for (const { assignment } of this.#running.values()) {
      shortest = Math.min(shortest, assignment.stopAfterSilentMs ?? Infinity);
    }
    return shortest;
  }

  /** How many executions it has, running or waiting. */
  get size(): number {
    return this.#running.size + this.#waiting.size;
  }

  /** The executions that run now. */
  running(): Iterable<Run> {
    return this.#running.values();
  }

  /** Lines of a poll: running and waiting executions. */
  held(): Held[] {
    const held: Held[] = [];
    for (const run of this.#running.values()) held.push(run.held());
    for (const run of this.#waiting.values()) held.push(run.held());
    return held;
  }

  /** Whether somebody reads the execution's output now. */
  isFollowed(execution: string): boolean {
    return this.#followed.has(execution);
  }

  /** Does what the server says; answers whether any of it was news. */
  obey(answer: PollAnswer): boolean {
    let news = this.drain("operator", answer.draining ?? false);
    for (const claim of answer.claims) news = this.#accept(claim) || news;
    for (const { execution, request } of answer.cancels) news = this.#stop(execution, request) || news;
    const followed = new Set(answer.followed);
    news ||= followed.symmetricDifference(this.#followed).size > 0;
    this.#followed = followed;
    return news;
  }

  /** Begins nothing more, or (an operator may) begins again; answers whether that was news. */
  drain(by: "shutdown" | "operator", draining: boolean): boolean {
    if (this.#drains[by] === draining) return false;
    this.#drains[by] = draining;
    if (this.draining) this.#returnWaiting(() => true);
    return true;
  }

  /** Stops what must not go on when no server has answered a poll for so long: another node may be given its place. */
  stopSilent(silentMs: number, atMs: number): void {
    this.#returnWaiting(({ stopAfterSilentMs }) => stopAfterSilentMs !== null && silentMs >= stopAfterSilentMs);
    for (const run of this.#running.values()) {
      const { stopAfterSilentMs } = run.assignment;
      if (stopAfterSilentMs === null || silentMs < stopAfterSilentMs) continue;
      const reason = `stopped by its agent: no server has answered for ${formatDuration(stopAfterSilentMs)}`;
      run.stop({ kind: "lost", by: "agent", reason, at: atMs });
    }
  }

  /** Asks for the end of everything, with at most `mostGraceMs` between the polite signal and the final one. */
  stopAll(request: CancelRequest, mostGraceMs = Infinity): void {
    for (const run of [...this.#running.values()]) run.stop(request, mostGraceMs);
    for (const run of [...this.#waiting.values()]) this.#stop(run.assignment.execution, request);
  }

  /** Resolves when it has no executions. */
  whenIdle(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    this.#idle ??= Promise.withResolvers<void>();
    return this.#idle.promise;
  }

  #accept(assignment: Assignment): boolean {
    const { execution } = assignment;
    if (this.#running.has(execution) || this.#waiting.has(execution) || this.#ended.has(execution)) return false;
    if (this.#events.isReturning(execution)) return false;
    if (this.draining) {
      this.#events.returned(assignment);
      return true;
    }
    this.#waiting.set(execution, new Run(assignment, this.#deps));
    this.#events.accepted();
    this.#startWaiting();
    return true;
  }

  #stop(execution: string, request: CancelRequest): boolean {
    const waiting = this.#waiting.get(execution);
    if (!waiting) return this.#running.get(execution)?.stop(request) ?? false;
    waiting.stop(request);
    // It ends without a slot: there is nothing to run.
    this.#waiting.delete(execution);
    this.#begin(waiting);
    return true;
  }

  #startWaiting(): void {
    for (const [execution, run] of this.#waiting) {
      if (this.#running.size >= this.#slots) return;
      this.#waiting.delete(execution);
      this.#begin(run);
    }
  }

  #begin(run: Run): void {
    const { execution } = run.assignment;
    this.#running.set(execution, run);
    void run.finish().then((result) => {
      this.#running.delete(execution);
      this.#ended.add(execution);
      this.#startWaiting();
      this.#events.ended(run, result);
      this.#noteIdle();
    });
  }

  #returnWaiting(which: (assignment: Assignment) => boolean): void {
    for (const [execution, { assignment }] of this.#waiting) {
      if (!which(assignment)) continue;
      this.#waiting.delete(execution);
      this.#events.returned(assignment);
    }
    this.#noteIdle();
  }

  #noteIdle(): void {
    if (this.size > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }
}
