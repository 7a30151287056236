import { type Change, encodeKey, type Engine, type KvEntry, type KvKey } from "../../kv/mod.ts";
import { type Log, messageOf } from "../../runtime/mod.ts";
import type { Table } from "../../store/mod.ts";
import type { Stored } from "./stored.ts";

/**
 * A store as repairs read it. Records that nobody can read are told once, noted and left out. Changes that are only shown
 * are read as if they were made, so that what follows from them is found too.
 */
export class View {
  readonly #engine: Engine;
  readonly #log: Log;
  readonly #unreadable = new Map<string, KvEntry>();
  readonly #shown = new Map<string, KvEntry | null>();

  constructor({ engine, log }: { engine: Engine; log: Log }) {
    this.#engine = engine;
    this.#log = log;
  }

  /** Records met that nobody can read. */
  get unreadable(): readonly KvEntry[] {
    return [...this.#unreadable.values()];
  }

  /** Whether a record of this key was met, and nobody can read it. */
  isUnreadable(key: KvKey): boolean {
    return this.#unreadable.has(encodeKey(key));
  }

  /** Reads a change from now on as if it were made. */
  show(change: Change): void {
    for (const [encoded, { key, value }] of change.writes) {
      this.#shown.set(encoded, value === null ? null : { key, value, versionstamp: "shown" });
    }
  }

  /** Every record of one kind in a range, one by one. */
  async *scan<T>(table: Table<T>, prefix: KvKey): AsyncIterable<Stored<T>> {
    for await (const entry of this.entries(prefix)) {
      if (table.keyParts !== undefined && table.keyParts !== entry.key.length) continue;
      const found = this.decode(table, entry);
      if (found !== null) yield found;
    }
  }

  /** One record; null when there is none, or nobody can read it. */
  async get<T>(table: Table<T>, key: KvKey): Promise<Stored<T> | null> {
    const shown = this.#shown.get(encodeKey(key));
    if (shown !== undefined) return shown && this.decode(table, shown);
    const { value, versionstamp } = await this.#engine.kv.get(key);
    return value === null || versionstamp === null ? null : this.decode(table, { key, value, versionstamp });
  }

  /** Every record of a range as its bytes. */
  async *entries(prefix: KvKey): AsyncIterable<KvEntry> {
    for await (const entry of this.#engine.kv.list({ prefix }, { batchSize: 1000 })) {
      if (!this.#shown.has(encodeKey(entry.key))) yield entry;
    }
    for (const entry of this.#shown.values()) {
      if (entry !== null && entry.key.length > prefix.length && prefix.every((part, at) => part === entry.key[at])) {
        yield entry;
      }
    }
  }

  /** A record's value; null when nobody can read it. */
  decode<T>(table: Table<T>, entry: KvEntry): Stored<T> | null {
    try {
      return { entry, value: table.decode(entry.value) };
    } catch (thrown) {
      const encoded = encodeKey(entry.key);
      if (this.#unreadable.has(encoded)) return null;
      this.#unreadable.set(encoded, entry);
      this.#log.warn(`Cannot read a stored ${table.name}: it is left as it is`, {
        key: entry.key.join("/"),
        error: messageOf(thrown),
      });
      return null;
    }
  }
}
