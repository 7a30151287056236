import { z } from "zod";
import { FINDING_KINDS } from "../judge/judge_job.ts";
import { STORE_KINDS } from "./fleet_store.ts";

const count = z.number().int();

const stateSchema = z.object({
  fault: z.string(),
  store: z.enum(STORE_KINDS),
  seed: count,
  /** Where all files lie. */
  folder: z.string(),
  /** Rounds that are over and judged. */
  rounds: count,
  tally: z.object({
    nominals: count,
    ran: count,
    lostWithNode: count,
    retried: count,
    refused: count,
    findings: z.array(z.object({ kind: z.enum(FINDING_KINDS), text: z.string() })),
  }),
  /** From each fault to the first start of a run that became due after it, in milliseconds. */
  firstStartsMs: z.array(z.number()),
  /** From a time to its start, the longest, in milliseconds. */
  longestDelayMs: z.number(),
  /** What faults counted. */
  counts: z.record(z.string(), count),
});

/** What a fault has shown so far, so that another process can go on with it. */
export type FleetState = z.infer<typeof stateSchema>;

/** Nothing has been played. */
export function newFleetState(how: Pick<FleetState, "fault" | "store" | "seed" | "folder">): FleetState {
  const tally = { nominals: 0, ran: 0, lostWithNode: 0, retried: 0, refused: 0, findings: [] };
  return { ...how, rounds: 0, tally, firstStartsMs: [], longestDelayMs: 0, counts: {} };
}

/** Reads a state file. */
export function loadFleetState(path: string): FleetState {
  return stateSchema.parse(JSON.parse(Deno.readTextFileSync(path)));
}

/** Writes a state file, whole or not at all. */
export function saveFleetState(state: FleetState): void {
  const path = fleetStatePath(state.folder);
  Deno.writeTextFileSync(`${path}.new`, JSON.stringify(state));
  Deno.renameSync(`${path}.new`, path);
}

/** Where the state of a fault lies. */
export function fleetStatePath(folder: string): string {
  return `${folder}/state.json`;
}
