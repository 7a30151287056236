import type { ClusterEvent, EventFilter } from "../model/mod.ts";
import { Doorbell } from "../runtime/mod.ts";

/** Events that wait for a follower of one job; one who leaves more than that untaken has missed some. */
const MOST = 1_000;

/** Whether an event is what a follower asked for. */
export function isWanted(event: ClusterEvent, { kinds, job }: EventFilter): boolean {
  if (kinds !== null && !kinds.includes(event.kind)) return false;
  return event.kind === "node" || job === null || event.job === job;
}

/** What has happened that one follower asked for, until it is taken. */
export class Inbox {
  readonly bell = new Doorbell();
  readonly #filter: EventFilter;
  #events: ClusterEvent[] = [];
  #missed = false;

  constructor(filter: EventFilter) {
    this.#filter = filter;
  }

  /** Puts in what is wanted, and rings. */
  put(event: ClusterEvent): void {
    if (!isWanted(event, this.#filter)) return;
    if (this.#events.length >= MOST) this.miss();
    this.#events.push(event);
    this.bell.wake();
  }

  /** Something is not remembered. */
  miss(): void {
    this.#events = [];
    this.#missed = true;
    this.bell.wake();
  }

  /** Empties it. */
  take(): { events: ClusterEvent[]; missed: boolean } {
    const taken = { events: this.#events, missed: this.#missed };
    this.#events = [];
    this.#missed = false;
    return taken;
  }
}
