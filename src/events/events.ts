import { z } from "zod";
import {
  type ClusterEvent,
  type EventFilter,
  eventSchema,
  type Execution,
  isEnded,
  isInScope,
  type Scope,
} from "../model/mod.ts";
import { type Clock, type Log, messageOf } from "../runtime/mod.ts";
import {
  type Catalogue,
  executionTable,
  jobTable,
  nodeTable,
  queueTable,
  runningTable,
  type Store,
  type StoreChange,
  writesOf,
} from "../store/mod.ts";
import { EventLog } from "./event_log.ts";
import { isWanted } from "./inbox.ts";
import { Shifts } from "./shifts.ts";

/** Events are gathered for so long before they are told to other servers, in milliseconds. */
const GATHER_MS = 250;

/** What happens is remembered for so long after the last one who looked on has gone, in milliseconds. */
const REMEMBERED_FOR_MS = 60_000;

/** Events of this server that wait to be told; beyond that the oldest are dropped: who listens reads again now and then. */
const MOST_WAITING = 2_000;

/** Events in one message to other servers. */
const AT_ONCE = 200;

const utf8 = new TextEncoder();
const text = new TextDecoder();
const toldSchema = z.array(eventSchema);

/** How servers tell each other what has happened. */
export interface EventWire {
  /** Hands over what other servers tell, until the answer is disposed. */
  listen(take: (events: Uint8Array) => void): Disposable;
  readonly isListenedElsewhere: boolean;
  tellEvents(events: Uint8Array): void;
}

/** What events work with. */
export interface EventsDeps {
  store: Store;
  catalogue: Catalogue;
  wire: EventWire;
  clock: Clock;
  log: Log;
  /** Names this start of this process. */
  incarnation: string;
}

/** A batch of events, or the word that some were missed: what is shown must be read again. */
export type EventBatch =
  | { kind: "events"; next: string; events: readonly ClusterEvent[] }
  | { kind: "reset"; next: string };

/** What happens to jobs, executions and nodes, at this server and at the others. */
export class Events {
  readonly #deps: EventsDeps;
  readonly #log: EventLog;
  readonly #shifts: Shifts;
  #untold: ClusterEvent[] = [];
  #followers = 0;
  #isNoting = false;
  /** When somebody last looked on, in monotonic milliseconds. */
  #lookedOnAt = -Infinity;

  constructor(deps: EventsDeps) {
    this.#deps = deps;
    this.#log = new EventLog(deps.incarnation);
    this.#shifts = new Shifts(deps.clock, () => this.#log.next);
    deps.store.onApplied((change) => this.#note(change));
  }

  /** Tells other servers while somebody listens there, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, wire } = this.#deps;
    using bell = this.#log.bell();
    while (!signal.aborted) {
      await bell.wait(clock, 60_000, signal);
      await clock.sleep(GATHER_MS, signal);
      while (this.#untold.length > 0) {
        const batch = this.#untold.splice(0, AT_ONCE);
        if (wire.isListenedElsewhere) wire.tellEvents(utf8.encode(JSON.stringify(batch)));
      }
    }
  }

  /**
   * Batches of what happens from after `last` on (from now on where that is null), at most four a second, until `signal`
   * aborts. A `last` that this server does not remember is answered with a reset.
   */
  async *follow(
    last: string | null,
    filter: EventFilter,
    scope: Scope | null,
    signal: AbortSignal,
  ): AsyncIterable<EventBatch> {
    const { wire } = this.#deps;
    using _heard = wire.listen((events) => this.#hear(events));
    this.#followers++;
    try {
      yield* this.#batches(last, filter, scope, signal);
    } finally {
      this.#followers--;
    }
  }

  async *#batches(
    last: string | null,
    filter: EventFilter,
    scope: Scope | null,
    signal: AbortSignal,
  ): AsyncIterable<EventBatch> {
    const { clock } = this.#deps;
    const place = this.#placeAfter(last);
    using source = this.#log.source(place ?? this.#log.next, filter);
    const shift = this.#shifts.join();
    if (place === undefined) yield { kind: "reset", next: this.#nameOf(this.#log.next) };
    while (!signal.aborted) {
      const upTo = await shift.next();
      const { events, missed } = source.take(upTo);
      const next = this.#nameOf(upTo);
      const shown = this.#shownOf(events, filter, scope);
      if (missed) yield { kind: "reset", next };
      else if (shown.length > 0) yield { kind: "events", next, events: shown };
      if (events.length === 0) await source.bell.wait(clock, 60_000, signal);
    }
  }

  #nameOf(next: number): string {
    return `${this.#log.name}-${next}`;
  }

  /** The number after what was seen last; undefined where it was seen at another server, or in another life of this one. */
  #placeAfter(last: string | null): number | undefined {
    if (last === null) return this.#log.next;
    const [, name, next] = /^([0-9a-z]+)-(\d{1,15})$/.exec(last) ?? [];
    return name === this.#log.name && this.#log.remembers(Number(next)) ? Number(next) : undefined;
  }

  /** Who is to be shown all of it is given it as it is: others may be given the same. */
  #shownOf(events: readonly ClusterEvent[], filter: EventFilter, scope: Scope | null): readonly ClusterEvent[] {
    if (scope === null && filter.kinds === null && filter.job === null) return events;
    return events.filter((event) => isWanted(event, filter) && this.#isInScope(event, scope));
  }

  #isInScope(event: ClusterEvent, scope: Scope | null): boolean {
    if (scope === null || event.kind === "node") return true;
    // A job that is gone has no metadata any more: its name alone says whose business it was.
    return isInScope(scope, this.#deps.catalogue.byName(event.job) ?? { name: event.job, metadata: null });
  }

  #note(change: StoreChange): void {
    if (!this.#isLookedOn()) return;
    const at = this.#deps.clock.now();
    const seen: ClusterEvent[] = [];
    for (const { key, value } of writesOf(change, jobTable)) {
      seen.push({ kind: "job", at, job: String(key[1]), change: value === null ? "deleted" : "stored" });
    }
    for (const { key, value } of writesOf(change, nodeTable)) {
      seen.push({ kind: "node", at, node: String(key[1]), change: value === null ? "forgotten" : "changed" });
    }
    const own: ClusterEvent[] = [];
    for (const table of [queueTable, runningTable, executionTable] as const) {
      for (const { value } of writesOf<Execution>(change, table)) if (value !== null) own.push(eventOf(value, at));
    }
    // Jobs and nodes are known of through the feed, whichever server changes them.
    if (this.#deps.wire.isListenedElsewhere) this.#untold.push(...own);
    if (this.#untold.length > MOST_WAITING) this.#untold = this.#untold.slice(-MOST_WAITING);
    this.#log.add([...seen, ...own]);
  }

  /** Whether somebody looks on, here or elsewhere, or did so lately: else events cost a busy server something for nothing. */
  #isLookedOn(): boolean {
    const { clock, wire } = this.#deps;
    const nowMs = clock.monotonic();
    if (wire.isListenedElsewhere || this.#followers > 0) this.#lookedOnAt = nowMs;
    if (nowMs - this.#lookedOnAt < REMEMBERED_FOR_MS) return this.#isNoting = true;
    if (this.#isNoting) this.#log.interrupt();
    return this.#isNoting = false;
  }

  #hear(bytes: Uint8Array): void {
    try {
      this.#log.add(toldSchema.parse(JSON.parse(text.decode(bytes))));
    } catch (thrown) {
      this.#deps.log.error(`Cannot read what another server tells of: ${messageOf(thrown)}`, { error: thrown });
    }
  }
}

function eventOf(execution: Execution, at: number): ClusterEvent {
  const { jobName: job, id, state } = execution;
  const node = execution.state === "queued" ? null : execution.node;
  return { kind: "execution", at: isEnded(execution) ? execution.finishedAt : at, job, execution: id, state, node };
}
