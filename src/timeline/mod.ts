/**
 * What became of each due time of a job, or will, and why.
 * @module
 */
export { Timelines } from "./timelines.ts";
