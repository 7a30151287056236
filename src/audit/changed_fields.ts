import type { AuditRecord } from "../model/mod.ts";

/** A record as its fields stand before or after a change; null where there is none. */
export type Fields = Readonly<Record<string, unknown>> | null;

/** Longest JSON that is kept of one side of a field, and of all together, in characters. */
const LONGEST = 4_000, LONGEST_IN_ALL = 20_000;

/** The fields that differ, each as JSON, cut where it is long. */
export function changedFields(before: Fields, after: Fields): AuditRecord["changes"] {
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].sort();
  let room = LONGEST_IN_ALL;
  const cut = (json: string | null) => {
    if (json === null) return null;
    const most = Math.max(0, Math.min(LONGEST, room));
    room -= json.length;
    return json.length <= most ? json : `${json.slice(0, most)}… (${json.length} characters)`;
  };
  return fields.flatMap((field) => {
    const [old, now] = [jsonOf(before?.[field]), jsonOf(after?.[field])];
    return old === now ? [] : [{ field, before: cut(old), after: cut(now) }];
  });
}

function jsonOf(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
