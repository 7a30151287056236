/**
 * Keeping house, by the leader: lost runs, start deadlines, gates, retention, deleted jobs, gone nodes.
 * @module
 */
export { DeletedJobs } from "./deleted_jobs.ts";
export { clearHistory, resetStat } from "./history.ts";
export { GoneNodes, type GoneNodesDeps } from "./gone_nodes.ts";
export { type HouseDeps, Housekeeping } from "./housekeeping.ts";
export { Retention } from "./retention.ts";
