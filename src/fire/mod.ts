/**
 * The leader's loops: the due index and the backlog to starts.
 * @module
 */
export { BacklogWork } from "./backlog_work.ts";
export { decideFire, type FireDecision, MISSED_AFTER_MS } from "./decide_fire.ts";
export { mergeMissed, stepBacklog } from "./backlog_phases.ts";
export { BACKLOG_BELL, DUE_BELL, type FireDeps, Firing } from "./firing.ts";
export { type LoopDeps, runBacklog, runFiring } from "./loops.ts";
