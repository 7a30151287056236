import { z } from "zod";

/** What is stored of a token: whom it is for, and the hash of its secret. The token itself is nowhere. */
export const tokenSchema = z.discriminatedUnion("kind", [
  /** Lets nodes join, and opens the API. */
  z.object({ kind: z.literal("join"), hash: z.string(), createdAt: z.number() }),
  /** One node's own, for its calls after it has joined. */
  z.object({
    kind: z.literal("node"),
    hash: z.string(),
    createdAt: z.number(),
    node: z.string(),
    /** The id that the node keeps in its data folder. */
    nodeId: z.string(),
    tags: z.record(z.string(), z.string()),
  }),
]);
/** What is stored of a token. */
export type Token = z.infer<typeof tokenSchema>;
