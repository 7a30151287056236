import { z } from "zod";
import { BELLS } from "../node_settings.ts";
import { spanSchema } from "../judge/span.ts";

const stateSchema = z.object({
  seed: z.number().int(),
  bell: z.enum(BELLS),
  /** How many jobs there are. */
  jobs: z.number().int(),
  /** Where all files of this history lie. */
  folder: z.string(),
  sinkPort: z.number().int(),
  mark: z.string(),
  /** Rounds that are over. */
  round: z.number().int(),
  /** `closing`: some jobs have been told when to expire, nobody knows which. */
  chapters: z.array(
    z.object({ state: z.enum(["open", "closing", "closed"]), spans: z.record(z.string(), spanSchema) }),
  ),
  listeningAt: z.array(z.number()),
  /** What earlier rounds found of processes that should have been gone. */
  survivors: z.array(z.string()),
});

/** Where a long history stands, so that another process can go on with it. */
export type CampaignState = z.infer<typeof stateSchema>;

/** Reads a state file. Throws for a history that was cut off while its jobs were told to expire. */
export function loadState(path: string): CampaignState {
  const state = stateSchema.parse(JSON.parse(Deno.readTextFileSync(path)));
  if (state.chapters.at(-1)?.state !== "closing") return state;
  throw new Error(`Cannot go on with "${path}": it was cut off at its end, so which times were due is not known`);
}

/** Writes a state file, whole or not at all. */
export function saveState(state: CampaignState): void {
  const path = statePath(state.folder);
  Deno.writeTextFileSync(`${path}.new`, JSON.stringify(state));
  Deno.renameSync(`${path}.new`, path);
}

/** Where the state of a history lies. */
export function statePath(folder: string): string {
  return `${folder}/state.json`;
}

/** A history that has not begun, in a folder of its own. */
export function newCampaign(how: Pick<CampaignState, "seed" | "bell" | "jobs" | "folder">): CampaignState {
  return { ...how, sinkPort: 0, mark: crypto.randomUUID(), round: 0, chapters: [], listeningAt: [], survivors: [] };
}
