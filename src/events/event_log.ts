import type { ClusterEvent, EventFilter } from "../model/mod.ts";
import { Doorbell } from "../runtime/mod.ts";
import { Inbox } from "./inbox.ts";

/** Events that are remembered, or twice as many: who was away for a while may catch up with them. */
const REMEMBERED = 10_000;

/** Readings of the log that are kept: followers who stand at the same place share them. */
const READS = 20;

/** Where a follower finds what happens. */
export interface EventSource extends Disposable {
  /** Rings when there is something to take. */
  readonly bell: Doorbell;
  /**
   * What has happened since the last time, and before this number; `missed` says that some of it is not remembered. Who reads
   * the same of the whole log is given the same array. An inbox is emptied, which may hold what has come just now, too.
   */
  take(upTo: number): { events: readonly ClusterEvent[]; missed: boolean };
}

/** What has happened lately, in the order in which this server came to know of it. */
export class EventLog {
  /** Names this log: numbers of another one mean nothing here. */
  readonly name: string;
  readonly #events: ClusterEvent[] = [];
  readonly #bells = new Set<Doorbell>();
  readonly #inboxes = new Map<string, Set<Inbox>>();
  /** What was lately read of the log, by its numbers. */
  readonly #read = new Map<string, readonly ClusterEvent[]>();
  #next = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Number of the event that comes next. */
  get next(): number {
    return this.#next;
  }

  /** Adds what has happened, and wakes who waits. */
  add(events: readonly ClusterEvent[]): void {
    if (events.length === 0) return;
    this.#events.push(...events);
    this.#next += events.length;
    // Now and then: to move all of them at each event would cost more than they do.
    if (this.#events.length > 2 * REMEMBERED) this.#events.splice(0, this.#events.length - REMEMBERED);
    for (const bell of this.#bells) bell.wake();
    if (this.#inboxes.size > 0) { for (const event of events) this.#deliver(event); }
  }

  /** What happens is not added for a while: nobody can catch up over that. */
  interrupt(): void {
    this.#events.length = 0;
    this.#read.clear();
    this.#next++;
    for (const inboxes of this.#inboxes.values()) for (const inbox of inboxes) inbox.miss();
  }

  /** Whether all events from this number on are remembered. */
  remembers(from: number): boolean {
    return from <= this.#next && from >= this.#next - this.#events.length;
  }

  /** A bell that rings whenever something was added, until it is disposed. */
  bell(): Doorbell & Disposable {
    const bell = new Doorbell();
    this.#bells.add(bell);
    return Object.assign(bell, { [Symbol.dispose]: () => void this.#bells.delete(bell) });
  }

  /**
   * What happens from this number on. Who follows one job has an inbox: of all that happens little is of one job, and with
   * thousands who look on, each of them looking for it would keep a server busy. All others read the log.
   */
  source(from: number, filter: EventFilter): EventSource {
    return filter.job === null ? this.#reader(from) : this.#subscribe(filter.job, from, filter);
  }

  #reader(from: number): EventSource {
    let at = from;
    const bell = this.bell();
    return {
      bell,
      take: (upTo) => {
        const missed = !this.remembers(at);
        const events = missed ? [] : this.#between(at, upTo);
        at = upTo;
        return { events, missed };
      },
      [Symbol.dispose]: () => bell[Symbol.dispose](),
    };
  }

  #subscribe(job: string, from: number, filter: EventFilter): EventSource {
    const inbox = new Inbox(filter);
    if (this.remembers(from)) { for (const event of this.#between(from, this.#next)) inbox.put(event); }
    else inbox.miss();
    const inboxes = this.#inboxes.get(job) ?? new Set();
    this.#inboxes.set(job, inboxes.add(inbox));
    return {
      bell: inbox.bell,
      take: () => inbox.take(),
      [Symbol.dispose]: () => {
        inboxes.delete(inbox);
        if (inboxes.size === 0 && this.#inboxes.get(job) === inboxes) this.#inboxes.delete(job);
      },
    };
  }

  #deliver(event: ClusterEvent): void {
    const all = event.kind === "node" ? this.#inboxes.values() : [this.#inboxes.get(event.job) ?? []];
    for (const inboxes of all) for (const inbox of inboxes) inbox.put(event);
  }

  #between(from: number, to: number): readonly ClusterEvent[] {
    const name = `${from}-${to}`;
    const first = this.#next - this.#events.length;
    const events = this.#read.get(name) ?? this.#events.slice(from - first, to - first);
    this.#read.set(name, events);
    const [oldest] = this.#read.keys();
    if (this.#read.size > READS && oldest !== undefined) this.#read.delete(oldest);
    return events;
  }
}
