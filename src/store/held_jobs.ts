import { heldPrefix } from "./keys.ts";
import type { Store } from "./store.ts";
import { writesOf } from "./store_change.ts";
import { heldTable } from "./tables.ts";

/** Which jobs a pause holds back, in memory; own changes at once. Few, and so known before anything is handed out. */
export class HeldJobs {
  readonly #held = new Set<string>();
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.onApplied((change) => {
      for (const { key, value } of writesOf(change, heldTable)) this.#set(String(key[1]), value !== null);
    });
  }

  /** Reads all of them. */
  async load(): Promise<void> {
    for (const [, uid] of await this.#store.keys({ prefix: heldPrefix() })) this.#set(String(uid), true);
  }

  /** Whether a job's waiting runs are held back now. */
  has(uid: string): boolean {
    return this.#held.has(uid);
  }

  #set(uid: string, held: boolean): void {
    if (held) this.#held.add(uid);
    else this.#held.delete(uid);
  }
}
