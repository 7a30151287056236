import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { KvKey } from "../kv/mod.ts";
import { type Clock, Doorbell, type Log, messageOf } from "../runtime/mod.ts";
import { feedKey, feedPrefix } from "./keys.ts";
import type { Store } from "./store.ts";
import { covered, StoreChange } from "./store_change.ts";
import { defineTable, type Table } from "./table.ts";
import { cursorTable, edgeTable, fenceTable, heldTable, jobTable, nodeTable, statTable, tombTable } from "./tables.ts";
import { writersOf } from "./store_change.ts";

/** The bell that says: a server has told what it changed. */
export const FEED_BELL = "feed";

/** Changes that can wait are gathered for so long, in milliseconds. */
const GATHER_MS = 250;
/** Pause after what failed, and longest sleep, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** Entries of one server that are kept: some minutes of them. */
const KEPT = 1_200;
/** Rough size of one entry at most, in bytes. */
const ENTRY_BYTES = 40 * 1024;
/** Entries deleted in one commit. */
const DELETED_AT_ONCE = 100;
/** Records whose newest version is remembered. */
const REMEMBERED = 100_000;

/** What servers tell each other of, and whether the others should know at once. */
const FED: readonly { table: Table<never>; urgent: boolean }[] = [
  { table: jobTable, urgent: true },
  { table: edgeTable, urgent: true },
  { table: heldTable, urgent: true },
  { table: fenceTable, urgent: true },
  { table: tombTable, urgent: true },
  { table: nodeTable, urgent: true },
  { table: statTable, urgent: false },
  { table: cursorTable, urgent: false },
].map(({ table, urgent }) => ({ table: table as Table<never>, urgent }));
const BY_NAME = new Map(FED.map((fed) => [fed.table.name, fed]));

const itemSchema = z.object({
  table: z.string(),
  key: z.array(z.union([z.string(), z.number()])),
  versionstamp: z.string(),
  /** The record as JSON; null when it was deleted. */
  value: z.string().nullable(),
});
type Item = z.infer<typeof itemSchema>;
const feedTable = defineTable("feed entry", z.object({ items: z.array(itemSchema) }));
const { put: putFeed, remove: deleteFeed } = writersOf(feedTable);

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** What a feed works with. */
export interface FeedDeps {
  store: Store;
  clock: Clock;
  log: Log;
  /** Names this start of this process. */
  incarnation: string;
  /** Reads everything again: something was missed. */
  reload: () => Promise<void>;
}

/**
 * Tells other servers what this one has changed, and hears of theirs: definitions at once, statistics and due times within a
 * quarter of a second. It is a hint: a server that dies before it told is noticed by its silence, and what was missed is
 * read again as a whole.
 */
export class Feed {
  readonly #deps: FeedDeps;
  readonly #bell = new Doorbell();
  readonly #pending = new Map<string, Item>();
  /** The newest version of each record that this server knows of: an older one says nothing. */
  readonly #newest = new LRUCache<string, string>({ max: REMEMBERED });
  /** Next entry to read of each other server. */
  readonly #places = new Map<string, number>();
  /** Servers that may have told something: of a ring it is not known whose it is. */
  #toRead = new Set<string>();
  /** All that was written up to this versionstamp was read when a server came or went. */
  #readUpTo = "";
  #next = 0;
  #urgent = false;
  #applying = false;

  constructor(deps: FeedDeps) {
    this.#deps = deps;
    deps.store.onApplied((change, versionstamp) => {
      if (!this.#applying) this.#note(change, versionstamp);
    });
  }

  /** There may be something to read. */
  look(): void {
    for (const incarnation of this.#places.keys()) this.#toRead.add(incarnation);
    this.#urgent = true;
    this.#bell.wake();
  }

  /**
   * The other servers there are now, each with the number of its next entry, as it stood in the store at `versionstamp`. What
   * is new or gone is caught up with, and what was told without a ring is read soon.
   */
  async follow(others: ReadonlyMap<string, number>, versionstamp: string): Promise<void> {
    const gone = [...this.#places.keys()].filter((incarnation) => !others.has(incarnation));
    const fresh = [...others].filter(([incarnation]) => !this.#places.has(incarnation));
    // What a dead server did not tell, and a new one told before, is read as a whole; where that fails, at the next look.
    if (gone.length + fresh.length > 0) {
      await this.#deps.reload();
      this.#readUpTo = versionstamp;
    }
    for (const incarnation of gone) this.#places.delete(incarnation);
    for (const [incarnation, next] of fresh) this.#places.set(incarnation, next);
    for (const [incarnation, next] of others) {
      if (next > (this.#places.get(incarnation) ?? 0)) this.#toRead.add(incarnation);
    }
    if (this.#toRead.size > 0) this.#bell.wake();
  }

  /** Number of the entry that comes next. */
  get next(): number {
    return this.#next;
  }

  /** Tells and hears until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    while (!signal.aborted) {
      await this.#bell.wait(clock, LOOK_EVERY_MS, signal);
      if (!this.#urgent) await clock.sleep(GATHER_MS, signal);
      this.#urgent = false;
      try {
        await this.flush();
        await this.read();
      } catch (thrown) {
        log.warn(`Cannot tell or hear what changed: ${messageOf(thrown)}`, { error: thrown });
        await clock.sleep(LOOK_EVERY_MS, signal);
      }
    }
  }

  /** Tells what this server has changed. What could not be told is kept. */
  async flush(): Promise<void> {
    const { store, incarnation } = this.#deps;
    while (this.#pending.size > 0) {
      const items = this.#takeItems();
      const change = new StoreChange();
      putFeed(change, { key: feedKey(incarnation, this.#next), value: null, versionstamp: null }, { items });
      if (this.#next >= KEPT) deleteFeed(change, covered(feedKey(incarnation, this.#next - KEPT)));
      change.ring(FEED_BELL);
      const outcome = await store.commit(change).then(
        (result) => result.outcome,
        (thrown) => this.#keep(items, thrown),
      );
      this.#next++;
      // An earlier try landed after all: these go into the next entry.
      if (outcome === "refused") this.#putBack(items);
    }
  }

  /** What could not be told now is told later, unless there is newer. */
  #keep(items: readonly Item[], thrown: unknown): never {
    this.#putBack(items);
    throw thrown;
  }

  #putBack(items: readonly Item[]): void {
    for (const item of items.filter(({ key }) => !this.#pending.has(idOf(key)))) {
      this.#pending.set(idOf(item.key), item);
    }
  }

  /** Hears what others have told; what cannot be read now is, when their next beat says so. */
  async read(): Promise<void> {
    const { store, reload } = this.#deps;
    for (const [incarnation, from] of [...this.#places]) {
      if (!this.#toRead.delete(incarnation)) continue;
      const range = { prefix: feedPrefix(incarnation), start: feedKey(incarnation, from) };
      let next = from;
      for (const { key, value } of await store.list(feedTable, range)) {
        const n = Number(key[2]);
        if (n !== next) await reload(); // some of it is gone already
        next = n + 1;
        await Promise.all(value.items.map((item) => this.#hear(item)));
      }
      if (this.#places.has(incarnation)) this.#places.set(incarnation, next);
    }
  }

  /**
   * Deletes what a server has told that is gone, or this one when it stops: many at once, as whoever sweeps says meanwhile
   * that it lives. Others who have not read all of it read the whole again, as they do for every server that goes.
   */
  async sweep(incarnation: string): Promise<void> {
    const { store } = this.#deps;
    const keys = await store.keys({ prefix: feedPrefix(incarnation) }, { limit: KEPT });
    while (keys.length > 0) {
      const change = new StoreChange();
      for (const key of keys.splice(0, DELETED_AT_ONCE)) deleteFeed(change, covered(key));
      await store.commit(change);
    }
  }

  #note(change: StoreChange, versionstamp: string): void {
    let told = false;
    for (const { table, key, value } of change.written) {
      const fed = BY_NAME.get(table.name);
      if (fed === undefined) continue;
      const id = idOf(key);
      if (versionstamp < (this.#newest.peek(id) ?? "")) continue;
      this.#newest.set(id, versionstamp);
      const json = value === null ? null : text.decode(table.encode(value as never));
      this.#pending.set(id, { table: table.name, key: key.map(partOf), versionstamp, value: json });
      this.#urgent ||= fed.urgent;
      told = true;
    }
    if (told) this.#bell.wake();
  }

  #takeItems(): Item[] {
    const items: Item[] = [];
    let roomBytes = ENTRY_BYTES;
    for (const [id, item] of this.#pending) {
      const sizeBytes = 200 + (item.value?.length ?? 0);
      if (items.length > 0 && sizeBytes > roomBytes) break;
      roomBytes -= sizeBytes;
      items.push(item);
      this.#pending.delete(id);
    }
    return items;
  }

  /**
   * What is older than the last reading of everything may have been overwritten by a server whose entry for it is not read
   * any more: such a record is told as it is now.
   */
  async #hear(item: Item): Promise<void> {
    const fed = BY_NAME.get(item.table);
    if (fed === undefined || item.versionstamp > this.#readUpTo) return this.#apply(item);
    const { key, value, versionstamp } = await this.#deps.store.read(fed.table, item.key);
    const json = value === null ? null : text.decode(fed.table.encode(value));
    this.#apply({ ...item, key: key.map(partOf), value: json, versionstamp: versionstamp ?? item.versionstamp });
  }

  /** Tells the listeners of this server, as if the change were its own. */
  #apply({ table: name, key, versionstamp, value }: Item): void {
    const fed = BY_NAME.get(name);
    const id = idOf(key);
    if (fed === undefined || versionstamp <= (this.#newest.peek(id) ?? "")) return;
    this.#newest.set(id, versionstamp);
    this.#applying = true;
    try {
      const record = value === null ? null : fed.table.decode(utf8.encode(value));
      this.#deps.store.heard({ table: fed.table, key, value: record }, versionstamp);
    } catch (thrown) {
      this.#deps.log.error(`Cannot read what another server told: ${messageOf(thrown)}`, { key: id });
    } finally {
      this.#applying = false;
    }
  }
}

function idOf(key: KvKey): string {
  return key.join("\u0000");
}

function partOf(part: KvKey[number]): string | number {
  return typeof part === "number" ? part : String(part);
}
