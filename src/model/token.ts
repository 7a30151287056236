import { z } from "zod";
import { scopeSchema } from "./scope.ts";

/** What the holder of a token may do: each role may do what those before it may. */
export const ROLES = ["viewer", "operator", "editor", "admin"] as const;
export type Role = typeof ROLES[number];

const common = {
  /** SHA-256 of the secret, in hex. */
  hash: z.string(),
  createdAt: z.number(),
  /** Who made it; empty for one that a server made by itself. */
  createdBy: z.string().default(""),
  /** Epoch milliseconds; null: never. */
  expiresAt: z.number().nullable().default(null),
};

/** What is stored of a token: whom it is for, and the hash of its secret. The token itself is nowhere. */
export const tokenSchema = z.discriminatedUnion("kind", [
  /** Opens the API. */
  z.object({
    kind: z.literal("api"),
    ...common,
    name: z.string(),
    role: z.enum(ROLES),
    /** The jobs that it is for; null: all, and what is of no job. */
    scope: scopeSchema.nullable(),
  }),
  /** Lets nodes join. */
  z.object({
    kind: z.literal("join"),
    ...common,
    /** The tags that a node may claim with it; `*` stands for any value. Null: any tags. */
    tags: z.record(z.string(), z.string()).nullable().default(null),
    /** Whether it is for one node alone. */
    once: z.boolean().default(false),
    /** The id of that node, once it has joined. */
    usedBy: z.string().nullable().default(null),
  }),
  /** One node's own, for its calls after it has joined. */
  z.object({
    kind: z.literal("node"),
    ...common,
    node: z.string(),
    /** The id that the node keeps in its data folder. */
    nodeId: z.string(),
    tags: z.record(z.string(), z.string()),
    /** The secret before this one, good for a while: the answer with this one may have been lost. */
    former: z.object({ hash: z.string(), until: z.number() }).nullable().default(null),
  }),
]);
/** What is stored of a token. */
export type Token = z.infer<typeof tokenSchema>;
/** A token that opens the API. */
export type ApiToken = Extract<Token, { kind: "api" }>;
/** A token that lets nodes join. */
export type JoinToken = Extract<Token, { kind: "join" }>;
