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
  /** Since when nothing was heard of it, noted after a long silence; it is given nothing until it has polled again. */
  silentSince: z.number().optional(),
});
export type Node = z.infer<typeof nodeSchema>;

/** What a server says once a second, by which the others know it and the nodes that it has heard. */
export const beatsSchema = z.object({
  /** Its node name. */
  name: z.string(),
  /** Where it takes requests, as `host:port`. */
  address: z.string().default(""),
  version: z.string().default(""),
  /** Rises with each beat. */
  seq: z.number().int(),
  /** Its wall clock, epoch milliseconds. */
  at: z.number(),
  /** How many agents ask it for work. */
  agents: z.number().int(),
  /** The entry of its feed that comes next. */
  feedNext: z.number().int(),
  /** Nodes heard here lately, each with a number that rises when it is heard. */
  nodes: z.record(z.string(), z.number().int()),
  /** Executions whose output is followed at it; those that were followed first where there are very many. */
  followed: z.array(z.string()).default([]),
  /** The entry of what it tells live that comes next. */
  liveNext: z.number().int().default(0),
});
export type Beats = z.infer<typeof beatsSchema>;

/** Silent this long: the node gets no new work, and is no target of a broadcast. */
export const UNREACHABLE_AFTER_MS = 15_000;

/** A registered node, and the token for its calls from then on where its server asks for one. */
export const registeredSchema = nodeSchema.extend({ token: z.string().optional() });
export type Registered = z.infer<typeof registeredSchema>;
