/**
 * The end of an attempt and all that follows from it: retry, group, gate, statistics, what is owed.
 * @module
 */
export { type AttemptEvent, CANCEL_BELL } from "./apply_event.ts";
export { decideEnd, endTarget } from "./decide_end.ts";
export { EFFECT_BELL, EFFECT_SHARDS, effectKeyOf } from "./end_group.ts";
export type { EndCounter, FinishDeps } from "./end_context.ts";
export { Finisher } from "./finisher.ts";
export { openAttempts, settleGate } from "./settle_gate.ts";
export { HourlyCounts } from "./hourly_counts.ts";
