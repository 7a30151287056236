/**
 * Brokers, selectors, and which nodes live: hands queue entries to waiting agents.
 * @module
 */
export { Agents } from "./agents.ts";
export { AssignedIndex } from "./assigned.ts";
export { Broker } from "./broker.ts";
export { decideClaim, startDeadline } from "./decide_claim.ts";
export { Liveness } from "./liveness.ts";
export { Minder } from "./minder.ts";
export { BEATS_BELL, type Peer, Peers } from "./peers.ts";
export { QueueIndex } from "./queue_index.ts";
export { QueueWatch } from "./queue_watch.ts";
export { WaitingList } from "./waiting_list.ts";
