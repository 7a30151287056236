import { CarillonError, type Random, randomDigits } from "../runtime/mod.ts";
import { schemaKey } from "./keys.ts";
import { migrateFromVersion1 } from "./version_1.ts";
import type { Store } from "./store.ts";
import { StoreChange } from "./store_change.ts";
import { putSchema, schemaTable } from "./tables.ts";

/** The version of stored records that this program writes. */
export const SCHEMA_VERSION = 2;

/**
 * Marks a new store with our schema version and a cluster id, and brings an older one up to it; answers the cluster id. Throws `unavailable` for a store
 * that a newer program has written in a way that this one cannot read; nothing is changed then.
 */
export async function claimSchema(store: Store, random: Random): Promise<string> {
  while (true) {
    const entry = await store.read(schemaTable, schemaKey());
    if (entry.value?.unfinished) throw unfinishedStore(entry.value.unfinished);
    if (entry.value !== null && entry.value.minReader > SCHEMA_VERSION) {
      throw new CarillonError(
        "unavailable",
        `Cannot use this store: its schema is version ${entry.value.version}, and this program reads up to ${SCHEMA_VERSION}; start a newer carillon`,
      );
    }
    if (entry.value !== null && entry.value.version >= SCHEMA_VERSION) return entry.value.cluster;
    if (entry.value !== null) await migrateFromVersion1(store);
    const change = new StoreChange();
    const cluster = entry.value?.cluster ?? randomDigits(random, 16);
    putSchema(change, entry, { version: SCHEMA_VERSION, minReader: SCHEMA_VERSION, cluster });
    if ((await store.commit(change)).outcome === "applied") return cluster;
  }
}

/** What is said of a store whose filling was begun and not finished. */
export function unfinishedStore(what: string): CarillonError {
  return new CarillonError(
    "unavailable",
    `Cannot use this store: ${what} was begun and did not finish, so it holds a part only; do it again`,
  );
}
