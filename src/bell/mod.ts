/**
 * Wake-ups: after a commit, whoever waits for its kind of change looks at once instead of later.
 * @module
 */
export * from "./bell.ts";
export * from "./local_bell.ts";
export * from "./native_bell.ts";
export * from "./open_bell.ts";
export * from "./watched_bell.ts";
