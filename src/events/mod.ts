/**
 * What happens to jobs, executions and nodes, for those who look on.
 * @module
 */
export { type EventBatch, Events, type EventsDeps, type EventWire } from "./events.ts";
