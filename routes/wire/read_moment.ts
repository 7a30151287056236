import { invalid } from "../../src/runtime/mod.ts";
import { readTime } from "./rfc3339.ts";

/** A time that a query names, in epoch milliseconds; undefined where it does not. Throws `invalid`: Cannot `what`. */
export function readMoment(query: URLSearchParams, name: string, what: string): number | undefined {
  const text = query.get(name);
  if (!text) return undefined;
  const time = readTime(text);
  if (time !== undefined) return time;
  throw invalid(`Cannot ${what}: ${name} is no time`, [{ path: name, message: "write it like 2026-01-31T00:00:00Z" }]);
}
