/**
 * The store: the `Kv` port, the engines behind it, and commits with a certain outcome.
 * Knows no jobs and builds no keys but its own slots.
 * @module
 */
export * from "./change.ts";
export { sweepSlots } from "./commit_slots.ts";
export * from "./committer.ts";
export * from "./deadline.ts";
export * from "./deno_kv.ts";
export * from "./embedded.ts";
export * from "./engine.ts";
export * from "./grouping.ts";
export * from "./key_order.ts";
export * from "./memory_kv.ts";
export * from "./not_applied.ts";
export * from "./open_engine.ts";
export * from "./port.ts";
export * from "./profile.ts";
export * from "./timed_kv.ts";
