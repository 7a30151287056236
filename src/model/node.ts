import { z } from "zod";

/** What a node is: identity, tags, slots, incarnation. */
export const nodeSchema = z.object({
  name: z.string(),
  /** Made once and kept in the node's data folder. */
  id: z.string(),
  incarnation: z.string(),
  tags: z.record(z.string(), z.string()),
  slots: z.number().int(),
  executors: z.array(z.string()),
  version: z.string(),
  address: z.string(),
  registeredAt: z.number(),
  server: z.boolean(),
  left: z.boolean(),
});
export type Node = z.infer<typeof nodeSchema>;

/** Silent this long: the node gets no new work, and is no target of a broadcast. */
export const UNREACHABLE_AFTER_MS = 15_000;
