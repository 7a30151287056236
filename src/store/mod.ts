/**
 * Typed records over a store: the only place that builds keys.
 * @module
 */
export * from "./catalogue.ts";
export * from "./feed.ts";
export * from "./fence_now.ts";
export * from "./graph.ts";
export * from "./held_jobs.ts";
export * from "./keys.ts";
export { Meanwhile } from "./meanwhile.ts";
export * from "./open_executions.ts";
export * from "./store.ts";
export * from "./store_change.ts";
export * from "./tables.ts";
export type { Table } from "./table.ts";
export * from "./schema_version.ts";
