import type { KvKey } from "../kv/mod.ts";

/** Digits of a group's id; an execution's id begins with them. */
const GROUP_ID_LENGTH = 20;

/**
 * The only place that builds keys: a builder for each kind of record, and one for the prefix of its range.
 * A group and its executions stand side by side, so that a run touches one place of the store and not two.
 * Who may write each stands in the table of keys in docs/architecture.md.
 */
export const schemaKey = (): KvKey => ["schema"];
export const leaseKey = (): KvKey => ["lease"];
export const fenceKey = (): KvKey => ["fence"];
export const jobKey = (name: string): KvKey => ["job", name];
export const jobPrefix = (): KvKey => ["job"];
export const revisionKey = (uid: string, revision: number): KvKey => ["rev", uid, revision];
export const revisionPrefix = (uid: string): KvKey => ["rev", uid];
export const dueKey = (atMs: number, uid: string): KvKey => ["due", atMs, uid];
export const duePrefix = (): KvKey => ["due"];
export const heldKey = (uid: string): KvKey => ["held", uid];
export const heldPrefix = (): KvKey => ["held"];
export const cursorKey = (uid: string): KvKey => ["cursor", uid];
export const cursorPrefix = (): KvKey => ["cursor"];
export const backlogKey = (uid: string): KvKey => ["backlog", uid];
export const backlogPrefix = (): KvKey => ["backlog"];
export const gapKey = (uid: string, fromMs: number): KvKey => ["gap", uid, fromMs];
export const gapPrefix = (uid: string): KvKey => ["gap", uid];
export const gapsPrefix = (): KvKey => ["gap"];
export const gateKey = (gate: string): KvKey => ["gate", gate];
export const gatePrefix = (): KvKey => ["gate"];
export const groupKey = (uid: string, id: string): KvKey => ["exec", uid, id];
export const groupPrefix = (...uid: string[]): KvKey => ["exec", ...uid];
export const unmadeKey = (uid: string, group: string, page: number): KvKey => ["unmade", uid, group, page];
export const unmadePrefix = (...group: string[]): KvKey => ["unmade", ...group];
export const executionKey = (uid: string, id: string): KvKey => [
  "exec",
  uid,
  id.slice(0, GROUP_ID_LENGTH),
  id.slice(GROUP_ID_LENGTH),
];
export const executionPrefix = (...uid: string[]): KvKey => ["exec", ...uid];
export const queueKey = (selector: string, lane: number, readyAtMs: number, execution: string): KvKey => [
  "q",
  selector,
  lane,
  readyAtMs,
  execution,
];
export const queuePrefix = (): KvKey => ["q"];
export const runningKey = (node: string, incarnation: string, execution: string): KvKey => [
  "running",
  node,
  incarnation,
  execution,
];
export const runningPrefix = (...node: string[]): KvKey => ["running", ...node];
export const takenKey = (group: string, node: string): KvKey => ["taken", group, node];
export const takenPrefix = (...group: string[]): KvKey => ["taken", ...group];
export const statKey = (uid: string): KvKey => ["stat", uid];
export const statPrefix = (): KvKey => ["stat"];
export const endedKey = (hourMs: number, server: string): KvKey => ["ended", hourMs, server];
export const endedPrefix = (): KvKey => ["ended"];
export const outputKey = (execution: string, n: number): KvKey => ["out", execution, n];
export const outputPrefix = (execution: string): KvKey => ["out", execution];
export const liveKey = (incarnation: string, n: number): KvKey => ["live", incarnation, n];
export const livePrefix = (incarnation: string): KvKey => ["live", incarnation];
export const selectorPrefix = (): KvKey => ["selector"];
export const selectorKey = (id: string): KvKey => ["selector", id];
export const nodeKey = (name: string): KvKey => ["node", name];
export const nodePrefix = (): KvKey => ["node"];
export const effectKey = (shard: number, id: string): KvKey => ["effect", shard, id];
export const effectPrefix = (): KvKey => ["effect"];
export const deadPrefix = (): KvKey => ["dead"];
export const deadKey = (id: string): KvKey => ["dead", id];
export const joinPrefix = (): KvKey => ["join"];
export const joinKey = (uid: string): KvKey => ["join", uid];
export const graphLockKey = (): KvKey => ["graph", "lock"];
export const edgeKey = (child: string): KvKey => ["graph", "edge", child];
export const edgePrefix = (): KvKey => ["graph", "edge"];
export const idempotencyKey = (key: string): KvKey => ["idem", key];
export const idempotencyPrefix = (): KvKey => ["idem"];
export const beatsKey = (incarnation: string, n: number): KvKey => ["beats", incarnation, n];
export const beatsPrefix = (...incarnation: string[]): KvKey => ["beats", ...incarnation];
export const feedKey = (incarnation: string, n: number): KvKey => ["feed", incarnation, n];
export const feedPrefix = (incarnation: string): KvKey => ["feed", incarnation];
export const tokenKey = (id: string): KvKey => ["token", id];
export const tokenPrefix = (): KvKey => ["token"];
export const tokenChangeKey = (): KvKey => ["token_change"];
export const userKey = (name: string): KvKey => ["user", name];
export const userPrefix = (): KvKey => ["user"];
export const sessionKey = (id: string): KvKey => ["session", id];
export const sessionPrefix = (): KvKey => ["session"];
export const secretKey = (name: string): KvKey => ["secret", name];
export const secretPrefix = (): KvKey => ["secret"];
export const auditKey = (id: string): KvKey => ["audit", id];
export const auditPrefix = (): KvKey => ["audit"];
export const tombKey = (uid: string): KvKey => ["tomb", uid];
export const tombPrefix = (): KvKey => ["tomb"];
