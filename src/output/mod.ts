/**
 * Output of executions: append, read, follow.
 * @module
 */
export type { OutputEvent } from "./follower.ts";
export { Outputs } from "./outputs.ts";
