/**
 * The part that runs jobs on a node: polls for work, runs it within slots, streams output and reports results.
 * @module
 */
export { Agent, type AgentDeps } from "./agent.ts";
export { AnyServer } from "./any_server.ts";
export { type AgentLimits, DEFAULT_LIMITS } from "./limits.ts";
export type { NodeIdentity } from "./node_identity.ts";
export type { AgentServer } from "./server_port.ts";
