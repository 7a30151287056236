import type { KvEntry } from "../../kv/mod.ts";

/** A record with its value. */
export interface Stored<T> {
  entry: KvEntry;
  value: T;
}
