import { LRUCache } from "lru-cache";
import type { KvKey } from "../kv/mod.ts";
import { type Execution, isEnded } from "../model/mod.ts";
import { executionKey, queuePrefix, runningPrefix } from "./keys.ts";
import type { Store } from "./store.ts";
import { type Entry, type Found, writesOf } from "./store_change.ts";
import { executionTable, queueTable, runningTable } from "./tables.ts";

/** Executions that are remembered of those which other servers handed out. */
const SEEN = 20_000;

/**
 * Where the executions that are not over stand. An execution has one record, and its state says where:
 *
 *     queued                     -> its queue entry (with its group at a gate: its history record)
 *     claimed, running           -> its running mark
 *     over                       -> its history record
 *     lost, and holds its place  -> its history record, and its running mark says so too
 *
 * Kept in memory: own changes at once. Where this process is the store's only writer that is the truth; elsewhere a hint
 * whose use is checked, and what is not known here is looked for.
 */
export class OpenExecutions {
  readonly #store: Store;
  readonly #byId = new Map<string, Found<Execution>>();
  /** What was seen while another was looked for: who ends hundreds of another server's runs looks for them once. */
  readonly #seen = new LRUCache<string, Found<Execution>>({ max: SEEN });
  readonly #byJob = new Map<string, Set<string>>();

  constructor(store: Store) {
    this.#store = store;
    store.onApplied((change, versionstamp) => {
      for (const { key, value } of writesOf(change, queueTable)) this.#note(key, value, versionstamp);
      for (const { key, value } of writesOf(change, runningTable)) this.#note(key, value, versionstamp);
    });
    // A refused change says nothing against what is known here where nobody else writes.
    if (store.engine.profile.soleWriter) return;
    store.onForgotten((key, versionstamp) => {
      // Wherever it was seen: once it is doubted, only the store can tell.
      this.#seen.delete(idOf(key));
      const known = this.#byId.get(idOf(key));
      const same = versionstamp === undefined || known?.versionstamp === versionstamp;
      if (same && known?.key.length === key.length) this.#remove(known.value);
    });
  }

  /** Reads all of them. */
  async load(): Promise<void> {
    for await (const found of this.#store.scan(queueTable, { prefix: queuePrefix() })) this.#add(found);
    for await (const found of this.#store.scan(runningTable, { prefix: runningPrefix() })) this.#add(found);
  }

  /**
   * The record of an execution, over or not; null values when there is none. `nearby` looks only where it costs nothing:
   * one that another server has changed may then be missed. `everywhere` is for one that must be somewhere: an own change
   * that has landed may not have been told of yet.
   */
  async find(uid: string, id: string, how: { nearby?: boolean; everywhere?: boolean } = {}): Promise<Entry<Execution>> {
    const known = this.#byId.get(id) ?? this.#seen.get(id);
    if (known?.value.uid === uid && !isEnded(known.value)) return known;
    const key = executionKey(uid, id);
    const stored = await this.#store.get(executionTable, key);
    const isKnown = this.#store.engine.profile.soleWriter && !how.everywhere;
    if (stored.value !== null || isKnown || how.nearby) return stored;
    // An execution moves from the queue to its node and then to the history: looked for in that order, none slips by.
    return await this.#search(uid, id) ?? await this.#store.read(executionTable, key);
  }

  /** The record of an execution as the store has it now, whatever another server has made of it; null values when there is none. */
  async findNow(uid: string, id: string): Promise<Entry<Execution>> {
    if (this.#store.engine.profile.soleWriter) return await this.find(uid, id);
    const known = this.#byId.get(id) ?? this.#seen.get(id);
    if (known?.value.uid === uid && !isEnded(known.value)) {
      const table = known.key[0] === queuePrefix()[0] ? queueTable : runningTable;
      const now = await this.#store.read<Execution>(table, known.key);
      if (now.value !== null && !isEnded(now.value)) return now;
      if (this.#seen.peek(id) === known) this.#seen.delete(id);
      if (this.#byId.get(id) === known) this.#remove(known.value);
    }
    const key = executionKey(uid, id);
    const stored = await this.#store.read(executionTable, key);
    return stored.value !== null ? stored : await this.#search(uid, id) ?? await this.#store.read(executionTable, key);
  }

  /** Executions of a job that are queued or that a node has; holders of a lost place too. */
  async ofJob(uid: string): Promise<Found<Execution>[]> {
    if (this.#store.engine.profile.soleWriter) {
      return [...this.#byJob.get(uid) ?? []].flatMap((id) => this.#byId.get(id) ?? []);
    }
    const found = new Map<string, Found<Execution>>();
    for await (const entry of this.#everywhere()) if (entry.value.uid === uid) found.set(entry.value.id, entry);
    return [...found.values()];
  }

  async #search(uid: string, id: string): Promise<Found<Execution> | undefined> {
    let sought: Found<Execution> | undefined;
    for await (const found of this.#everywhere(() => sought !== undefined)) {
      if (isEnded(found.value)) continue;
      this.#seen.set(found.value.id, found);
      if (found.value.id === id && found.value.uid === uid) sought = found;
    }
    return sought;
  }

  /** All that is queued or that a node has; goes on from the one to the other until it `isEnough`. */
  async *#everywhere(isEnough = () => false): AsyncIterable<Found<Execution>> {
    yield* this.#store.scan(queueTable, { prefix: queuePrefix() });
    if (!isEnough()) yield* this.#store.scan(runningTable, { prefix: runningPrefix() });
    // A claim that was handed back meanwhile is queued again.
    if (!isEnough()) yield* this.#store.scan(queueTable, { prefix: queuePrefix() });
  }

  #note(key: KvKey, value: Execution | null, versionstamp: string): void {
    this.#seen.delete(idOf(key));
    if (value !== null) return this.#add({ key, value, versionstamp });
    const known = this.#byId.get(idOf(key));
    // What was taken from the queue may stand under its node by now.
    if (known?.key.length === key.length) this.#remove(known.value);
  }

  #add(found: Found<Execution>): void {
    const { id, uid } = found.value;
    const known = this.#byId.get(id);
    if (known !== undefined && known.versionstamp > found.versionstamp) return;
    this.#byId.set(id, found);
    const ids = this.#byJob.get(uid) ?? new Set<string>();
    this.#byJob.set(uid, ids.add(id));
  }

  #remove({ id, uid }: Execution): void {
    this.#byId.delete(id);
    const ids = this.#byJob.get(uid);
    ids?.delete(id);
    if (ids?.size === 0) this.#byJob.delete(uid);
  }
}

/** The execution that a queue entry or running mark is of: the last part of its key. */
function idOf(key: KvKey): string {
  return String(key.at(-1));
}
