/**
 * Output of executions: append, read, follow.
 * @module
 */
export { joinChunks, skippedLine } from "./chunk.ts";
export { LIVE_BELL } from "./live_teller.ts";
export type { OutputEvent } from "./follower.ts";
export { Outputs } from "./outputs.ts";
