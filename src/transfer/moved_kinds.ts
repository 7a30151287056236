import type { KvKey } from "../kv/mod.ts";
import {
  auditPrefix,
  auditTable,
  deadPrefix,
  effectPrefix,
  effectTable,
  endedPrefix,
  endedTable,
  executionTable,
  gapTable,
  groupTable,
  idempotencyPrefix,
  idempotencyTable,
  joinPrefix,
  joinTable,
  revisionTable,
  secretPrefix,
  secretTable,
  selectorPrefix,
  selectorTable,
  type Table,
  tokenPrefix,
  tokenTable,
  userPrefix,
  userTable,
} from "../store/mod.ts";

/** First parts of keys that mean something to the processes of one store only, and never go to another. */
export const LEFT_BEHIND: ReadonlySet<string> = new Set([
  "slot",
  "bell",
  "lease",
  "feed",
  "beats",
  "live",
  "schema",
  "session",
  "token_change",
]);

/** Tables of what a backup holds as it is, by the first part of its keys. */
const TABLES: Readonly<Record<string, Table<unknown>>> = {
  rev: revisionTable,
  gap: gapTable,
  join: joinTable,
  ended: endedTable,
  selector: selectorTable,
  idem: idempotencyTable,
  effect: effectTable,
  dead: effectTable,
  token: tokenTable,
  user: userTable,
  secret: secretTable,
  audit: auditTable,
};

/** Records that a job's line of a backup holds, or its end; here only where nobody could read them. */
const IN_JOB_LINES: ReadonlySet<string> = new Set(["job", "cursor", "due", "backlog", "stat"]);

/**
 * What a backup leaves out, as a restore makes it anew (`held`, `graph`, `fence`) or has none of it: nothing runs (`q`,
 * `running`, `unmade`, `gate`, `taken`), agents register anew (`node`), deleted jobs stay deleted (`tomb`).
 */
export const MADE_ANEW: ReadonlySet<string> = new Set([
  "held",
  "graph",
  "fence",
  "q",
  "running",
  "unmade",
  "gate",
  "taken",
  "node",
  "tomb",
]);

/** How records of this key are read; undefined for kinds that a backup holds otherwise, or not at all. */
export function tableOf(key: KvKey): Table<unknown> | undefined {
  const head = String(key[0]);
  if (head !== "exec") return Object.hasOwn(TABLES, head) ? TABLES[head] : undefined;
  return key.length === groupTable.keyParts ? groupTable : executionTable;
}

/** Whether a backup may hold a record under this key. */
export function isRestorable(key: KvKey): boolean {
  const head = String(key[0]);
  return head === "out" || head === "exec" || IN_JOB_LINES.has(head) || Object.hasOwn(TABLES, head) ||
    head === "q" || head === "running" || head === "unmade";
}

/** Ranges that a backup takes whole. */
export const keptRanges = (): KvKey[] => [
  joinPrefix(),
  endedPrefix(),
  selectorPrefix(),
  idempotencyPrefix(),
  deadPrefix(),
  tokenPrefix(),
  userPrefix(),
  secretPrefix(),
  auditPrefix(),
];

/** Work owed to dependents and others: read before the jobs and after them, so that none slips by. */
export const owedRange = effectPrefix;
