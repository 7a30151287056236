/**
 * What became of each due time of a job, or will, and why.
 * @module
 */
export { Plans } from "./plans.ts";
export { Timelines } from "./timelines.ts";
