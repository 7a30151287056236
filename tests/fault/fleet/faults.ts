import { AGENT_FAULTS } from "./agent_faults.ts";
import type { Fault } from "./fault.ts";
import { SERVER_FAULTS } from "./server_faults.ts";
import { STORE_FAULTS } from "./store_faults.ts";

/** Every fault that can happen to a fleet again and again, by name. */
export const FAULTS: Readonly<Record<string, Fault>> = { ...SERVER_FAULTS, ...AGENT_FAULTS, ...STORE_FAULTS };
