/** Who may write a kind of record, and how its keys begin. */
export interface KindRow {
  /** First part of its keys. */
  head: string;
  /** Folders that may call `put<Kind>` and `delete<Kind>`, besides src/store. */
  owners: readonly string[];
}

/**
 * Every kind of record in the store: the table of DATA.md, "Keys", as data. A new kind gets a row here and there; the
 * store offers it as `put<Kind>` and `delete<Kind>`.
 */
export const KINDS: Readonly<Record<string, KindRow>> = {
  Schema: { head: "schema", owners: [] },
  Lease: { head: "lease", owners: ["src/lease"] },
  Fence: { head: "fence", owners: ["src/lease", "src/job"] },
  Job: { head: "job", owners: ["src/job"] },
  Revision: { head: "rev", owners: ["src/job", "src/keep"] },
  Due: { head: "due", owners: ["src/job", "src/fire"] },
  Cursor: { head: "cursor", owners: ["src/job", "src/fire"] },
  Backlog: { head: "backlog", owners: ["src/job", "src/fire"] },
  Gap: { head: "gap", owners: ["src/job", "src/fire", "src/keep"] },
  Gate: { head: "gate", owners: ["src/start", "src/finish", "src/job", "src/keep"] },
  Group: { head: "exec", owners: ["src/start", "src/finish", "src/job", "src/keep"] },
  Unmade: { head: "unmade", owners: ["src/start", "src/finish"] },
  Execution: { head: "exec", owners: ["src/start", "src/finish", "src/job", "src/keep"] },
  QueueEntry: { head: "q", owners: ["src/start", "src/claim", "src/finish", "src/job"] },
  Held: { head: "held", owners: ["src/job"] },
  Running: { head: "running", owners: ["src/claim", "src/finish", "src/job"] },
  Taken: { head: "taken", owners: ["src/claim", "src/finish", "src/keep"] },
  Stat: { head: "stat", owners: ["src/finish", "src/keep"] },
  Ended: { head: "ended", owners: ["src/finish"] },
  Output: { head: "out", owners: ["src/output", "src/keep"] },
  Live: { head: "live", owners: ["src/output"] },
  Selector: { head: "selector", owners: ["src/start"] },
  Node: { head: "node", owners: ["src/claim", "src/keep"] },
  Beats: { head: "beats", owners: ["src/claim"] },
  Effect: { head: "effect", owners: ["src/finish", "src/effect"] },
  Dead: { head: "dead", owners: ["src/effect"] },
  Join: { head: "join", owners: ["src/effect", "src/keep"] },
  GraphLock: { head: "graph", owners: ["src/job"] },
  Edges: { head: "graph", owners: ["src/job"] },
  Feed: { head: "feed", owners: [] },
  Idempotency: { head: "idem", owners: ["src/start", "src/keep"] },
  Audit: { head: "audit", owners: ["src/audit"] },
  Secret: { head: "secret", owners: ["src/secret"] },
  Token: { head: "token", owners: ["src/auth"] },
  TokenChange: { head: "token_change", owners: ["src/auth"] },
  User: { head: "user", owners: ["src/auth"] },
  Session: { head: "session", owners: ["src/auth"] },
  Tomb: { head: "tomb", owners: ["src/job", "src/keep"] },
};

/** Heads of keys that a folder other than the store builds for itself. */
export const OWN_HEADS: Readonly<Record<string, string>> = { slot: "src/kv", bell: "src/bell" };
