import { heldPrefix, tombPrefix } from "./keys.ts";
import { Meanwhile } from "./meanwhile.ts";
import type { Store } from "./store.ts";
import { writesOf } from "./store_change.ts";
import { heldTable, tombTable } from "./tables.ts";

/**
 * Which jobs' waiting runs are held back: of those that are paused, and of deleted ones until they are cancelled. In
 * memory; own changes at once. Few, and so known before anything is handed out.
 */
export class HeldJobs {
  readonly #held = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #store: Store;
  readonly #meanwhile = new Meanwhile();

  constructor(store: Store) {
    this.#store = store;
    const hear = (jobs: Set<string>, uid: unknown, value: unknown) =>
      this.#meanwhile.hear(() => mark(jobs, uid, value !== null));
    store.onApplied((change) => {
      for (const { key, value } of writesOf(change, heldTable)) hear(this.#held, key[1], value);
      for (const { key, value } of writesOf(change, tombTable)) hear(this.#deleted, key[1], value);
    });
  }

  /** Reads all of them. */
  async load(): Promise<void> {
    await this.#meanwhile.during(async () => {
      const held = await this.#store.keys({ prefix: heldPrefix() });
      const deleted = await this.#store.keys({ prefix: tombPrefix() });
      this.#held.clear();
      this.#deleted.clear();
      for (const [, uid] of held) mark(this.#held, uid, true);
      for (const [, uid] of deleted) mark(this.#deleted, uid, true);
    });
  }

  /** Whether a job's waiting runs are held back now. */
  has(uid: string): boolean {
    return this.#held.has(uid) || this.#deleted.has(uid);
  }
}

function mark(jobs: Set<string>, uid: unknown, marked: boolean): void {
  if (marked) jobs.add(String(uid));
  else jobs.delete(String(uid));
}
