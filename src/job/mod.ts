/**
 * Create, edit, delete, toggle, pause: each one commit with the job's revision, due entry and edges.
 * @module
 */
export * from "./as_known.ts";
export { writeAfterEnd } from "./after_end.ts";
export { ClusterPauses } from "./cluster_pauses.ts";
export { planOf } from "./plan.ts";
export { Jobs, type JobsDeps } from "./jobs.ts";
