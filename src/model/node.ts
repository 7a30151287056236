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
  /** It takes no more work: an operator said so (until one says otherwise), or it is shutting down (in this incarnation). */
  draining: z.enum(["operator", "shutdown"]).nullable().default(null),
});
export type Node = z.infer<typeof nodeSchema>;

/** Silent this long: the node gets no new work, and is no target of a broadcast. */
export const UNREACHABLE_AFTER_MS = 15_000;

/** A registered node, and the token for its calls from then on where its server asks for one. */
export const registeredSchema = nodeSchema.extend({ token: z.string().optional() });
export type Registered = z.infer<typeof registeredSchema>;
