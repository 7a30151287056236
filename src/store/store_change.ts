import { Change, type KvKey } from "../kv/mod.ts";
import type { Table } from "./table.ts";

/** A record as it was read: what a later write of it is checked against. */
export interface Entry<T> {
  readonly key: KvKey;
  readonly value: T | null;
  readonly versionstamp: string | null;
}

/** A record that was there. */
export interface Found<T> extends Entry<T> {
  readonly value: T;
  readonly versionstamp: string;
}

/**
 * A place whose write needs no check of its own, because another check of the same change proves the right to it
 * (a new execution under the due entry that fired it).
 */
export interface Covered {
  readonly key: KvKey;
  readonly covered: true;
}

/** The place of a write that another check of the same change proves. */
export const covered = (key: KvKey): Covered => ({ key, covered: true });

/** A record written or deleted (null) by a change. */
export interface Written {
  readonly table: Table<never>;
  readonly key: KvKey;
  readonly value: unknown;
}

/** Records to write in one commit, typed; becomes a `Change` of bytes as it grows. */
export class StoreChange {
  readonly change = new Change();
  readonly written: Written[] = [];
  #lastValue: unknown;
  #lastBytes: Uint8Array | undefined;

  /** The commit is refused unless the record is still as it was read. */
  check(entry: Entry<unknown>): this {
    this.change.check(entry.key, entry.versionstamp);
    return this;
  }

  /** The bytes of a value; the same value in a row, as for an execution and its queue entry, is encoded once. */
  encode<T>(table: Table<T>, value: T): Uint8Array {
    if (this.#lastBytes !== undefined && this.#lastValue === value) return this.#lastBytes;
    this.#lastValue = value;
    this.#lastBytes = table.encode(value);
    return this.#lastBytes;
  }

  /** Rings a bell once the commit is applied. */
  ring(bell: string): this {
    this.change.ring(bell);
    return this;
  }
}

/** Typed writers of one kind of record. Each write is checked, by its entry or by what covers it. */
export function writersOf<T>(table: Table<T>) {
  return {
    put(change: StoreChange, place: Entry<unknown> | Covered, value: T): void {
      if (!("covered" in place)) change.check(place);
      change.change.set(place.key, change.encode(table, value));
      change.written.push({ table: table as Table<never>, key: place.key, value });
    },
    remove(change: StoreChange, place: Entry<unknown> | Covered): void {
      if (!("covered" in place)) change.check(place);
      change.change.delete(place.key);
      change.written.push({ table: table as Table<never>, key: place.key, value: null });
    },
  };
}

/** The values of one kind that a change has written: key with value, null where it was deleted. */
export function* writesOf<T>(change: StoreChange, table: Table<T>): Iterable<{ key: KvKey; value: T | null }> {
  for (const write of change.written) {
    if (write.table === table as Table<never>) yield { key: write.key, value: write.value as T | null };
  }
}
