/**
 * Figures of a server for Prometheus.
 * @module
 */
export { Metrics, type Observed } from "./metrics.ts";
export { countRuns, type RunCounts } from "./run_counts.ts";
