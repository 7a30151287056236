import { z } from "zod";
import { scopeSchema } from "./scope.ts";
import { ROLES } from "./token.ts";

/** Somebody who signs in with a password. */
export const userSchema = z.object({
  role: z.enum(ROLES),
  /** The jobs that they may see and touch; null: all, and what is of no job. */
  scope: scopeSchema.nullable(),
  /** What is stored of the password: its hash, with all that it was made with. */
  password: z.string(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
/** Somebody who signs in with a password. */
export type User = z.infer<typeof userSchema>;

/** Somebody who is signed in, in one browser. */
export const sessionSchema = z.object({
  /** SHA-256 of the secret, in hex. */
  hash: z.string(),
  /** The name that changes are recorded under. */
  name: z.string(),
  /** What it stands on: it opens nothing when that does not any more. */
  of: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("token"), id: z.string() }),
    z.object({ kind: z.literal("user"), name: z.string() }),
    /** Somebody else said who that is. */
    z.object({ kind: z.literal("oidc"), issuer: z.string(), subject: z.string(), role: z.enum(ROLES) }),
  ]),
  createdAt: z.number(),
  /** Epoch milliseconds. */
  expiresAt: z.number(),
});
/** Somebody who is signed in, in one browser. */
export type Session = z.infer<typeof sessionSchema>;
