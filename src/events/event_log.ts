import type { ClusterEvent } from "../model/mod.ts";
import { Doorbell } from "../runtime/mod.ts";

/** Events that are remembered, or twice as many: who was away for a while may catch up with them. */
const REMEMBERED = 10_000;

/** An event with its number in the log of this server. */
export interface NumberedEvent {
  n: number;
  event: ClusterEvent;
}

/** What has happened lately, in the order in which this server came to know of it. */
export class EventLog {
  /** Names this log: numbers of another one mean nothing here. */
  readonly name: string;
  readonly #events: ClusterEvent[] = [];
  readonly #bells = new Set<Doorbell>();
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
  }

  /** What happens is not added for a while: nobody can catch up over that. */
  interrupt(): void {
    this.#events.length = 0;
    this.#next++;
  }

  /** Whether all events from this number on are remembered. */
  remembers(from: number): boolean {
    return from <= this.#next && from >= this.#next - this.#events.length;
  }

  /** Remembered events from this number on. */
  from(n: number): NumberedEvent[] {
    const first = this.#next - this.#events.length;
    return this.#events.slice(Math.max(0, n - first)).map((event, i) => ({ n: Math.max(n, first) + i, event }));
  }

  /** A bell that rings whenever something was added, until it is disposed. */
  bell(): Doorbell & Disposable {
    const bell = new Doorbell();
    this.#bells.add(bell);
    return Object.assign(bell, { [Symbol.dispose]: () => void this.#bells.delete(bell) });
  }
}
