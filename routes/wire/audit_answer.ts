import { z } from "zod";
import { AUDIT_ACTIONS, type AuditQuery, type AuditRecord, type StoredAudit } from "../../src/model/mod.ts";
import { invalid } from "../../src/runtime/mod.ts";
import { readCount } from "./query.ts";
import { readTime, rfc3339 } from "./rfc3339.ts";

/** Records of the trail that one answer holds, unless it asks for fewer or more, and at most. */
const USUAL = 100, MOST = 1_000;

/** The fields that differ, each as JSON: null where there was, or is, nothing; a long one is cut. */
export const changesSchema = z.array(
  z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() }),
);

/** One thing that somebody has changed. */
export const auditAnswerSchema = z.object({
  id: z.string(),
  at: z.string(),
  by: z.string(),
  from: z.string(),
  action: z.enum(AUDIT_ACTIONS),
  target: z.string(),
  changes: changesSchema,
});
/** One thing that somebody has changed. */
export type AuditAnswer = z.infer<typeof auditAnswerSchema>;

/** A record of the trail on the wire. */
export function auditAnswer({ at, changes, ...record }: StoredAudit): AuditAnswer {
  return { ...record, at: rfc3339(at), changes: changesAnswer(changes) };
}

/** Changed fields under their names on the wire. */
export function changesAnswer(changes: AuditRecord["changes"]): AuditRecord["changes"] {
  return changes.map(({ field, ...sides }) => ({
    field: field.replace(/[A-Z]/g, (big) => `_${big.toLowerCase()}`),
    ...sides,
  }));
}

/** A revision of a job: when it was made, and what it changed. */
export const revisionAnswerSchema = z.object({
  revision: z.number().int(),
  created_at: z.string(),
  changes: changesSchema,
});

/** A revision on the wire. */
export function revisionAnswer(
  { revision, createdAt, changes }: { revision: number; createdAt: number; changes: AuditRecord["changes"] },
): z.infer<typeof revisionAnswerSchema> {
  return { revision, created_at: rfc3339(createdAt), changes: changesAnswer(changes) };
}

/** A revision as it was answered, with its time in epoch milliseconds. */
export function readRevisionAnswer({ created_at, ...same }: z.infer<typeof revisionAnswerSchema>) {
  return { ...same, createdAt: Date.parse(created_at) };
}

/** A record of the trail as it was answered, with its time in epoch milliseconds. */
export function readAuditAnswer(answer: AuditAnswer) {
  return { ...answer, at: Date.parse(answer.at) };
}
/** A record of the trail as it was answered. */
export type AuditReport = ReturnType<typeof readAuditAnswer>;

/** What is asked of the trail. Throws `invalid`. */
export function readAuditQuery(query: URLSearchParams): AuditQuery {
  const given = query.get("action") || null;
  const action = AUDIT_ACTIONS.find((each) => each === given) ?? null;
  if (given !== null && action === null) {
    const known = AUDIT_ACTIONS.join(", ");
    throw invalid(`Cannot list ${JSON.stringify(given)}: known are ${known}`, [
      { path: "action", message: `is none of ${known}` },
    ]);
  }
  const before = query.get("before") || null;
  if (before !== null && !/^[0-9a-z]{1,40}$/.test(before)) {
    throw invalid("Cannot list: before is no id of a record", [{ path: "before", message: "is no id of a record" }]);
  }
  return {
    target: query.get("target"),
    action,
    by: query.get("by") || null,
    since: readSince(query.get("since")),
    before,
    limit: readCount(query.get("limit"), USUAL, MOST),
  };
}

function readSince(text: string | null): number {
  if (!text) return 0;
  const time = readTime(text);
  if (time !== undefined) return time;
  throw invalid("Cannot list: since is no time", [{ path: "since", message: "write it like 2026-01-31T00:00:00Z" }]);
}
