/**
 * The typed client of the API, for agent, CLI, UI and tests; it returns the model's types.
 * @module
 */
export { type AgentClient, createAgentClient, type NodeTokens } from "./agent_client.ts";
export { type Client, createClient, type JobResult, type ListQuery, type RunResult } from "./client.ts";
export type { ClientOptions, Fetch } from "./fetch.ts";
export type { EventPiece } from "./event_stream.ts";
export type { OutputPiece } from "./output_events.ts";
