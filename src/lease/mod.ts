/**
 * Who leads, proven to every commit by the fence; and who is silent, judged on the judge's own clock.
 * Is handed its keys and knows nothing of what the leader does.
 * @module
 */
export * from "./lead.ts";
export type { Fence, Leadership } from "./leadership.ts";
export * from "./lease.ts";
export { LEASE_BELL, LEASE_MS } from "./lease_keeper.ts";
export { decodeLease, type LeaseRecord } from "./lease_record.ts";
export * from "./silence_judge.ts";
