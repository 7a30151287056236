import { z } from "zod";

/** Settings of the whole cluster, changed by anyone with the right to. */
export const settingsSchema = z.object({
  /** `/v1/pause`, as in Dkron: no new jobs are accepted. */
  refuseNewJobs: z.boolean(),
});
export type Settings = z.infer<typeof settingsSchema>;

/** Which leadership, and what every commit of a leader is checked against. */
export const fenceSchema = z.object({ term: z.number().int(), settings: settingsSchema });
export type Fence = z.infer<typeof fenceSchema>;

/** The fence of a new store. */
export const firstFence: Fence = { term: 0, settings: { refuseNewJobs: false } };
