import { z } from "zod";
import { clusterPauseSchema } from "./cluster_pause.ts";

/** Settings of the whole cluster, changed by anyone with the right to. */
export const settingsSchema = z.object({
  /** `/v1/pause`, as in Dkron: no new jobs are accepted. */
  refuseNewJobs: z.boolean(),
  /** Pauses of the cluster, oldest first: the newest may be on, of the others something may be left to be dealt with. */
  pauses: z.array(clusterPauseSchema).default([]),
});
export type Settings = z.infer<typeof settingsSchema>;

/** The settings of a new store. */
export const firstSettings: Settings = { refuseNewJobs: false, pauses: [] };

/** Which leadership, and what every commit of a leader is checked against. */
export const fenceSchema = z.object({ term: z.number().int(), settings: settingsSchema });
export type Fence = z.infer<typeof fenceSchema>;

/** The fence of a new store. */
export const firstFence: Fence = { term: 0, settings: firstSettings };
