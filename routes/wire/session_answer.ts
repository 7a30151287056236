import { z } from "zod";
import { ROLES, scopeSchema, type User } from "../../src/model/mod.ts";
import { rfc3339 } from "./rfc3339.ts";
import { ADMIN_LIMITED, limitsNoAdmin, readScope, scopeAnswer } from "./scope_answer.ts";
import { whoamiAnswerSchema, whoAnswer } from "./token_answer.ts";

/** How people may sign in, and who has. */
export const sessionAnswerSchema = z.object({
  /** Whether anyone who reaches this server needs to say who they are. */
  asks_tokens: z.boolean(),
  password: z.boolean(),
  /** Where else somebody may say who they are. */
  oidc: z.object({ name: z.string() }).nullable(),
  /** Who is signed in; null for nobody. */
  who: whoamiAnswerSchema.nullable(),
});
/** How people may sign in, and who has. */
export type SessionAnswer = z.infer<typeof sessionAnswerSchema>;

const secret = (most: number) => z.string().min(1, "cannot be empty").max(most, `is longer than ${most} characters`);

/** With what somebody signs in. */
export const signInBodySchema = z.union([
  z.object({ token: secret(500) }).strict(),
  z.object({ user: secret(200), password: secret(1_000) }).strict(),
], 'give {"token": …}, or {"user": …, "password": …}');

/** A name that may stand in a path and in the trail. */
export const userName = z.string().regex(/^[A-Za-z0-9._@-]{1,100}$/, "give letters, digits and . _ @ -, at most 100");

/** What a user is to be. */
export const userBodySchema = z.object({
  password: z.string().min(10, "needs 10 characters at least").max(1_000, "is longer than 1000 characters").nullish(),
  role: z.enum(ROLES),
  ...scopeSchema.partial().shape,
}).strict().refine(limitsNoAdmin, ADMIN_LIMITED);
/** What a user is to be. */
export type UserBody = z.input<typeof userBodySchema>;

/** A user as it is listed: never the password. */
export const userAnswerSchema = z.object({
  name: z.string(),
  role: z.enum(ROLES),
  jobs: z.array(z.string()),
  metadata: z.record(z.string(), z.string()),
  created_at: z.string(),
  updated_at: z.string(),
});
/** A user as it is listed. */
export type UserAnswer = z.infer<typeof userAnswerSchema>;

/** A user on the wire. */
export function userAnswer({ name, user }: { name: string; user: User }): UserAnswer {
  const { role, scope, createdAt, updatedAt } = user;
  return {
    name,
    role,
    ...scopeAnswer(scope),
    created_at: rfc3339(createdAt),
    updated_at: rfc3339(updatedAt),
  };
}

/** How people may sign in, and who has, on the wire. */
export function sessionAnswer(
  { asksTokens, ...ways }: Omit<SessionAnswer, "asks_tokens" | "who"> & { asksTokens: boolean },
  who: Parameters<typeof whoAnswer>[0] | null,
): SessionAnswer {
  return { asks_tokens: asksTokens, ...ways, who: who && whoAnswer(who) };
}

/** What is asked for in the body of a user. Throws what its schema finds. */
export function readUserBody(body: unknown): Pick<User, "role" | "scope"> & { password: string | null } {
  const { role, password, ...limits } = userBodySchema.parse(body);
  return { role, scope: readScope(limits), password: password ?? null };
}

/** A user as it was answered, with times in epoch milliseconds. */
export function readUserAnswer({ created_at, updated_at, ...same }: UserAnswer) {
  return { ...same, createdAt: Date.parse(created_at), updatedAt: Date.parse(updated_at) };
}
/** A user as it was answered. */
export type UserReport = ReturnType<typeof readUserAnswer>;

/** How people may sign in, and who has, as it was answered. */
export function readSessionAnswer({ asks_tokens: asksTokens, ...same }: SessionAnswer) {
  return { ...same, asksTokens };
}
