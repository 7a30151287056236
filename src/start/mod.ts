/**
 * Sets off a group: for a due time, by hand, for a parent. Gate, targets, queue entries.
 * @module
 */
export * from "./start.ts";
export * from "./known_selectors.ts";
export * from "./promote.ts";
export * from "./unmade.ts";
export * from "./expander.ts";
export * from "./start_now.ts";
export * from "./starter.ts";
