import { type Group, type Unmade, unmadeTargets } from "../model/mod.ts";
import { type Clock, Doorbell, type Log, messageOf } from "../runtime/mod.ts";
import {
  deleteUnmade,
  type Entry,
  type Found,
  groupKey,
  groupTable,
  type Store,
  StoreChange,
  tombKey,
  tombTable,
  unmadePrefix,
  unmadeTable,
  writesOf,
} from "../store/mod.ts";
import { knowSelectors } from "./known_selectors.ts";
import { QUEUE_BELL, writeQueued } from "./start.ts";
import { executionsOf } from "./unmade.ts";

/** Longest sleep between two passes that nobody asked for, in milliseconds. */
const LOOK_EVERY_MS = 60_000;

/** A wide group, by its id. */
interface Place {
  uid: string;
  group: string;
}

/**
 * Makes the executions of wide groups:
 *
 *     started, or let in at its gate -> expanding: its pages go one by one, each with the commit that makes its executions
 *     no page is left                -> expanded
 *
 * Who deletes a page makes what it stands for, so any server may do it, and do it again after a crash. Each server
 * expands what it has started; the leader looks for what nobody is at work on.
 */
export class Expander {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  /** To be looked at. */
  #noted = new Map<string, Place>();
  /** Groups that wait at a gate. */
  readonly #waiting = new Set<string>();
  /** Groups that the last look found, by id. */
  #found = new Set<string>();
  readonly #rung = new Doorbell();

  constructor({ store, clock, log }: { store: Store; clock: Clock; log: Log }) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    store.onApplied((change) => {
      for (const { key, value } of writesOf(change, unmadeTable)) if (value !== null) this.#note(placeOf(key));
      if (this.#waiting.size === 0) return;
      for (const { key, value } of writesOf(change, groupTable)) {
        if (value?.state !== "waiting" && this.#waiting.has(String(key[2]))) this.#note(placeOf(key));
      }
    });
  }

  /** Notes all that stands in the store. */
  async load(): Promise<void> {
    for (const place of await this.#stored()) this.#note(place);
  }

  /** Expands what is noted until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#rung.wait(this.#clock, LOOK_EVERY_MS, signal);
      await this.pass(signal);
    }
  }

  /** For the leader, now and then: what has stood there since the last look has lost its starter. */
  async look(): Promise<void> {
    const places = await this.#stored();
    for (const place of places) if (this.#found.has(place.group)) this.#note(place);
    this.#found = new Set(places.map(({ group }) => group));
  }

  /** Expands what is noted, once; what fails is found again by a look. */
  async pass(signal?: AbortSignal): Promise<void> {
    const noted = this.#noted;
    this.#noted = new Map();
    for (const place of noted.values()) {
      if (signal?.aborted) return;
      try {
        await this.#expand(place, signal);
      } catch (thrown) {
        this.#log.error(`Cannot expand a group: ${messageOf(thrown)}`, { group: place.group, error: thrown });
      }
    }
  }

  async #stored(): Promise<Place[]> {
    const places = new Map<string, Place>();
    for (const key of await this.#store.keys({ prefix: unmadePrefix() })) {
      const place = placeOf(key);
      places.set(place.group, place);
    }
    return [...places.values()];
  }

  #note(place: Place): void {
    this.#noted.set(place.group, place);
    this.#rung.wake();
  }

  async #expand(place: Place, signal?: AbortSignal): Promise<void> {
    const { uid, group: id } = place;
    const group = (await this.#store.read(groupTable, groupKey(uid, id))).value;
    if (group?.state === "waiting") this.#waiting.add(id);
    else this.#waiting.delete(id);
    if (group?.state !== "open") return;
    // What a deleted job has not begun is cancelled, by who buries it.
    const tomb = await this.#store.read(tombTable, tombKey(uid));
    if (tomb.value !== null) return;
    for (const page of await this.#store.list(unmadeTable, { prefix: unmadePrefix(uid, id) })) {
      if (signal?.aborted) return;
      // Another server has made it, or one of its targets was settled: what is left is looked at again.
      if (!await this.#make(group, page, tomb)) return this.#note(place);
    }
  }

  /** Makes the executions of a page, unless it has changed. An open group never waits again, so it needs no check. */
  async #make(group: Group, page: Found<Unmade>, tomb: Entry<unknown>): Promise<boolean> {
    await knowSelectors(this.#store, unmadeTargets(page.value).map(({ selector }) => selector));
    const change = new StoreChange().check(tomb);
    deleteUnmade(change, page);
    for (const execution of executionsOf(group, page.value, this.#clock.now())) writeQueued(change, execution);
    change.ring(QUEUE_BELL);
    return (await this.#store.commit(change)).outcome === "applied";
  }
}

function placeOf([, uid, group]: readonly unknown[]): Place {
  return { uid: String(uid), group: String(group) };
}
