import { type QueuedExecution, selectorId } from "../model/mod.ts";
import type { Clock } from "../runtime/mod.ts";
import { type Found, queuePrefix, queueTable, type Store, writesOf } from "../store/mod.ts";
import { JobTurns, type TakeFilter } from "./job_turns.ts";

/** Lanes of a queue, 0 claimed first. */
const LANES = 10;

/** What one server knows of one selector's queue. */
interface SelectorQueue {
  lanes: JobTurns[];
  /** Not yet looked at whether they are ready, by execution. */
  delayed: Map<string, Delayed>;
}

/** An execution that may have to wait, and since when this server knows of it, in monotonic milliseconds. */
interface Delayed {
  found: Found<QueuedExecution>;
  seenAt: number;
}

/**
 * What this server knows of the queues, in memory: own writes at once, all else by `load`. A hint only: a claim is checked
 * against the stored entry. It remembers what no waiting agent can take simply by leaving it where it is.
 */
export class QueueIndex {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #known = new Map<string, Found<QueuedExecution>>();
  readonly #queues = new Map<string, SelectorQueue>();
  /** When each execution was first seen to be ready, and when the last load began; monotonic milliseconds. */
  readonly #readyAt = new Map<string, number>();
  #loadBeganAt = -Infinity;
  readonly #byJob = new Map<string, number>();
  readonly #arrivals: (() => void)[] = [];
  /** What has left since each load that is under way began: what the load still finds of it is old. */
  readonly #goneDuringLoads = new Set<Set<string>>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    store.onApplied((change, versionstamp) => {
      let arrived = false;
      for (const { key, value } of writesOf(change, queueTable)) {
        const id = String(key[4]);
        if (value === null) this.remove(id);
        else {
          this.#add({ key, value, versionstamp });
          arrived = true;
        }
      }
      if (arrived) this.#arrived();
    });
  }

  /** Calls `wake` whenever an own change has queued something. */
  onArrival(wake: () => void): void {
    this.#arrivals.push(wake);
  }

  /** Reads the stored queues: adds what is not known and drops what is gone. */
  async load(): Promise<void> {
    const beganAt = this.#clock.monotonic();
    const before = new Map(this.#known);
    const gone = new Set<string>();
    this.#goneDuringLoads.add(gone);
    try {
      for await (const found of this.#store.scan(queueTable, { prefix: queuePrefix() })) {
        const { id } = found.value;
        before.delete(id);
        if (!gone.has(id) && this.#known.get(id)?.versionstamp !== found.versionstamp) this.#add(found);
      }
    } finally {
      this.#goneDuringLoads.delete(gone);
    }
    // What came back while this was read is known under another versionstamp by now.
    for (const [id, found] of before) if (this.#known.get(id) === found) this.remove(id);
    this.#loadBeganAt = Math.max(this.#loadBeganAt, beganAt);
    this.#arrived();
  }

  /** How long an execution has been ready and still was not claimed when the queues were last read, in milliseconds. */
  unclaimedMs(id: string): number {
    return this.#loadBeganAt - (this.#readyAt.get(id) ?? Infinity);
  }

  /** Queued runs of a job. */
  queuedRuns(uid: string): number {
    return this.#byJob.get(uid) ?? 0;
  }

  /** Whether nothing is known to be queued. */
  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  /** Everything known to be queued. */
  entries(): Iterable<Found<QueuedExecution>> {
    return this.#known.values();
  }

  /** A node was forgotten: its queue goes when it is empty. */
  forgetNode(name: string): void {
    const id = selectorId({ node: name, tags: {} });
    const queue = this.#queues.get(id);
    if (queue?.delayed.size === 0 && queue.lanes.every((lane) => lane.isEmpty)) this.#queues.delete(id);
  }

  /** Selectors that something is, or was, queued for. */
  selectors(): Iterable<string> {
    return this.#queues.keys();
  }

  /**
   * Takes at most `most` ready executions of these selectors out of the index, best lane first, jobs in turn. What is not
   * claimed after all comes back by `giveBack`.
   */
  take(
    selectors: readonly string[],
    most: number,
    nowMs: number,
    filter: TakeFilter,
  ): Found<QueuedExecution>[] {
    const queues = selectors.flatMap((selector) => this.#queues.get(selector) ?? []);
    for (const queue of queues) this.#ripen(queue, nowMs);
    const taken: Found<QueuedExecution>[] = [];
    for (let lane = 0; lane < LANES && taken.length < most; lane++) {
      for (const queue of queues) queue.lanes[lane]?.takeInto(taken, most, filter);
    }
    return taken;
  }

  /** Puts back what was taken and is still queued. */
  giveBack(found: Found<QueuedExecution>): void {
    if (this.#known.get(found.value.id) === found) this.#line(found);
  }

  /** Looks at what became of an entry whose claim was refused. */
  async refresh(found: Found<QueuedExecution>): Promise<void> {
    this.remove(found.value.id);
    const entry = await this.#store.get(queueTable, found.key);
    if (entry.value !== null && entry.versionstamp !== null) {
      this.#add({ key: entry.key, value: entry.value, versionstamp: entry.versionstamp });
    }
  }

  /** Forgets an execution that is queued no more. */
  remove(id: string): void {
    const known = this.#known.get(id);
    for (const gone of this.#goneDuringLoads) gone.add(id);
    if (!known) return;
    this.#known.delete(id);
    this.#readyAt.delete(id);
    const { uid, selector, lane } = known.value;
    const left = (this.#byJob.get(uid) ?? 1) - 1;
    if (left > 0) this.#byJob.set(uid, left);
    else this.#byJob.delete(uid);
    const queue = this.#queues.get(selector);
    queue?.delayed.delete(id);
    queue?.lanes[lane]?.remove(uid, id);
  }

  /** Milliseconds until something that waits for its time becomes ready; Infinity when nothing does. */
  untilRipe(nowMs: number): number {
    let soonest = Infinity;
    for (const { delayed } of this.#queues.values()) {
      for (const each of delayed.values()) soonest = Math.min(soonest, this.#untilReady(each, nowMs));
    }
    return Math.max(0, soonest);
  }

  #arrived(): void {
    for (const wake of this.#arrivals) wake();
  }

  #add(found: Found<QueuedExecution>): void {
    this.remove(found.value.id);
    this.#known.set(found.value.id, found);
    const { uid } = found.value;
    this.#byJob.set(uid, (this.#byJob.get(uid) ?? 0) + 1);
    this.#line(found);
  }

  #line(found: Found<QueuedExecution>): void {
    const { selector, id } = found.value;
    const queue = this.#queues.get(selector) ?? newQueue();
    this.#queues.set(selector, queue);
    queue.delayed.set(id, { found, seenAt: this.#clock.monotonic() });
  }

  /** Milliseconds until an execution is ready; 0 or less when it is. A clock that is wrong does not delay it. */
  #untilReady({ found: { value }, seenAt }: Delayed, nowMs: number): number {
    if (this.#readyAt.has(value.id)) return 0;
    return Math.min(value.readyAt - nowMs, seenAt + (value.delayMs ?? 0) - this.#clock.monotonic());
  }

  /** Moves what has become ready into its lane. */
  #ripen(queue: SelectorQueue, nowMs: number): void {
    for (const [id, delayed] of queue.delayed) {
      if (this.#untilReady(delayed, nowMs) > 0) continue;
      queue.delayed.delete(id);
      if (!this.#readyAt.has(id)) this.#readyAt.set(id, this.#clock.monotonic());
      queue.lanes[delayed.found.value.lane]?.add(delayed.found);
    }
  }
}

function newQueue(): SelectorQueue {
  return { lanes: Array.from({ length: LANES }, () => new JobTurns()), delayed: new Map() };
}
