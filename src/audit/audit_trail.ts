import type { Actor, AuditAction, AuditQuery, StoredAudit } from "../model/mod.ts";
import { type Clock, encodeTime, type Random, randomDigits } from "../runtime/mod.ts";
import {
  auditKey,
  auditPrefix,
  auditTable,
  covered,
  deleteAudit,
  putAudit,
  type Store,
  StoreChange,
} from "../store/mod.ts";
import { changedFields, type Fields } from "./changed_fields.ts";

/** Records removed at a time. */
const PRUNED_AT_ONCE = 500;

/** What somebody does, to what, and its fields before and after. */
export interface Deed {
  action: AuditAction;
  target: string;
  before?: Fields;
  after?: Fields;
}

/** Who changed what: each record is written by the commit that makes the change. */
export class AuditTrail {
  readonly #deps: { store: Store; clock: Clock; random: Random };

  /** The time in the newest id. */
  #lastMs = 0;

  constructor(deps: { store: Store; clock: Clock; random: Random }) {
    this.#deps = deps;
  }

  /** Adds to a change that somebody makes it. */
  write(change: StoreChange, { by, from }: Actor, { action, target, before = null, after = null }: Deed): void {
    const { clock, random } = this.#deps;
    const at = clock.now();
    // Two in one millisecond keep their order.
    this.#lastMs = Math.max(at, this.#lastMs + 1);
    const id = encodeTime(this.#lastMs) + randomDigits(random, 10);
    putAudit(change, covered(auditKey(id)), { at, by, from, action, target, changes: changedFields(before, after) });
  }

  /** Notes what was done by other means than one commit of the caller's. */
  async note(actor: Actor, deed: Deed): Promise<void> {
    const change = new StoreChange();
    this.write(change, actor, deed);
    await this.#deps.store.commit(change);
  }

  /** Records that fit a query, newest first. */
  async list(query: AuditQuery): Promise<StoredAudit[]> {
    const { store } = this.#deps;
    const start = auditKey(encodeTime(Math.max(0, query.since)));
    const range = { prefix: auditPrefix(), start, end: query.before === null ? undefined : auditKey(query.before) };
    const found: StoredAudit[] = [];
    for await (const { key, value } of store.scan(auditTable, range, { reverse: true })) {
      if (query.target !== null && value.target !== query.target) continue;
      if (query.action !== null && value.action !== query.action) continue;
      if (query.by !== null && value.by !== query.by) continue;
      if (found.push({ id: String(key[1]), ...value }) === query.limit) break;
    }
    return found;
  }

  /** Removes records from before a time, at most 500; answers whether there may be more. */
  async prune(beforeMs: number): Promise<boolean> {
    const { store } = this.#deps;
    const range = { prefix: auditPrefix(), end: auditKey(encodeTime(Math.max(0, beforeMs))) };
    const keys = await store.keys(range, { limit: PRUNED_AT_ONCE });
    const change = new StoreChange();
    for (const key of keys) deleteAudit(change, covered(key));
    if (keys.length > 0) await store.commit(change);
    return keys.length === PRUNED_AT_ONCE;
  }
}
