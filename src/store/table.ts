import type { z } from "zod";
import { CarillonError } from "../runtime/mod.ts";

/** One kind of record: how its values are read and written, and whether own writes are remembered. */
export interface Table<T> {
  readonly name: string;
  encode(value: T): Uint8Array;
  /** Throws `internal` for bytes that are no such record. */
  decode(bytes: Uint8Array): T;
  /** Parts of its keys, where other kinds stand in the same range. */
  readonly keyParts?: number;
  /** Whether this value is worth remembering for the next change of it; absent where none is. */
  remembers?(value: T): boolean;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * A kind of record stored as UTF-8 JSON with a `v` field; fields that its schema does not know are dropped. `toStored` makes
 * of a value what its schema reads, where the two differ.
 */
export function defineTable<T extends object>(
  name: string,
  schema: z.ZodType<T>,
  remembers?: (value: T) => boolean,
  keyParts?: number,
  toStored: (value: T) => object = (value) => value,
): Table<T> {
  return {
    name,
    remembers,
    keyParts,
    encode: (value) => encoder.encode(`{"v":1,${JSON.stringify(toStored(value)).slice(1)}`),
    decode(bytes) {
      try {
        return schema.parse(JSON.parse(decoder.decode(bytes)));
      } catch (cause) {
        throw new CarillonError("internal", `Cannot read a stored ${name}: it does not fit its schema`, { cause });
      }
    },
  };
}

/** Raw bytes, as output is stored. */
export function defineBytesTable(name: string): Table<Uint8Array> {
  return { name, encode: (value) => value, decode: (bytes) => bytes };
}
