import type { KvEntry, KvEntryMaybe } from "../kv/mod.ts";
import type { Log } from "../runtime/mod.ts";
import { messageOf } from "../runtime/mod.ts";
import type { Table } from "../store/mod.ts";
import type { BodyLine } from "./line.ts";

/** Records met that no schema could read: they are taken along byte for byte, told and counted. */
export class Unreadable {
  readonly #log: Log;
  readonly #met = new Map<string, KvEntry>();
  #waiting: KvEntry[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** How many there were. */
  get count(): number {
    return this.#met.size;
  }

  /** The value of an entry; null when there is none, or nobody can read it. */
  decode<T>(table: Table<T>, entry: KvEntryMaybe | undefined): T | null {
    if (entry === undefined || entry.value === null) return null;
    try {
      return table.decode(entry.value);
    } catch (thrown) {
      const key = entry.key.join("/");
      if (this.#met.has(key)) return null;
      this.#met.set(key, entry);
      this.#waiting.push(entry);
      this.#log.warn(`Cannot read a stored ${table.name}: it is kept as it is`, { key, error: messageOf(thrown) });
      return null;
    }
  }

  /** Lines of those met since the last call. */
  *take(): Iterable<BodyLine> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const entry of waiting) yield bytesLine(entry);
  }
}

/** A record as its bytes. */
export function bytesLine({ key, value }: KvEntry): BodyLine {
  return { kind: "bytes", key: plainKey(key), bytes: value.toBase64() };
}

/** A key as JSON has it: Carillon's keys are of texts and numbers. */
export function plainKey(key: KvEntry["key"]): (string | number)[] {
  return key.map((part) => typeof part === "number" ? part : String(part));
}
