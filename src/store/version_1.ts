import { z } from "zod";
import { isAssigned } from "../model/mod.ts";
import { executionKey, queuePrefix, runningPrefix } from "./keys.ts";
import type { Store } from "./store.ts";
import { StoreChange } from "./store_change.ts";
import { defineTable } from "./table.ts";
import { deleteExecution, executionTable, putRunning, queueTable } from "./tables.ts";

/** A running mark as version 1 wrote it; those of version 2 have a state and are left alone. */
const markTable = defineTable("running mark", z.object({ uid: z.string(), state: z.string().optional() }));

/**
 * Version 1 kept each execution among the history, and beside it a queue entry or running mark; now what is not over stands
 * there alone. May be broken off and begun again.
 */
export async function migrateFromVersion1(store: Store): Promise<void> {
  for (const { key, value, versionstamp } of await store.list(markTable, { prefix: runningPrefix() })) {
    if (value.state !== undefined) continue;
    const execution = await store.read(executionTable, executionKey(value.uid, String(key.at(-1))));
    if (execution.value === null) continue;
    const change = new StoreChange();
    putRunning(change, { key, value: null, versionstamp }, execution.value);
    if (isAssigned(execution.value)) deleteExecution(change, execution);
    await store.commit(change);
  }
  for (const entry of await store.list(queueTable, { prefix: queuePrefix() })) {
    const execution = await store.read(executionTable, executionKey(entry.value.uid, entry.value.id));
    if (execution.value?.state !== "queued") continue;
    const change = new StoreChange().check(entry);
    deleteExecution(change, execution);
    await store.commit(change);
  }
}
