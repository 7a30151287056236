import { z } from "zod";
import { type Role, ROLES, type Scope, scopeSchema, type Token } from "../../src/model/mod.ts";
import { messageOf, parseDuration } from "../../src/runtime/mod.ts";
import { rfc3339, rfc3339OrNull } from "./rfc3339.ts";
import { ADMIN_LIMITED, limitsNoAdmin, readScope, scopeAnswer } from "./scope_answer.ts";

const DAY_MS = 86_400_000;

/** A time to live: days (`90d`), or a duration as elsewhere (`12h`). Null: for ever. */
const lifetime = z.string().transform((text, context) => {
  try {
    const days = /^(\d{1,5})d$/.exec(text)?.[1];
    const ms = days === undefined ? parseDuration(text) : Number(days) * DAY_MS;
    if (ms > 0) return ms;
    context.addIssue("must be longer than nothing");
  } catch (thrown) {
    context.addIssue(messageOf(thrown));
  }
  return z.NEVER;
}).nullable().default(null);

/** What a new token for the API is to be. */
export const tokenBodySchema = z.object({
  name: z.string().regex(/^[A-Za-z0-9._@-]{1,100}$/, "give letters, digits and . _ @ -, at most 100"),
  role: z.enum(ROLES),
  ...scopeSchema.partial().shape,
  expires_in: lifetime,
}).refine(limitsNoAdmin, ADMIN_LIMITED);

/** What a new token to join with is to be. */
export const joinTokenBodySchema = z.object({
  tags: z.record(z.string(), z.string()).nullable().default(null),
  once: z.boolean().default(false),
  expires_in: lifetime,
});

/** A new token, shown this once. */
export const newTokenAnswerSchema = z.object({ token: z.string() });

/** A token as it is listed: whom it is for, and never the token itself. */
export const tokenAnswerSchema = z.object({
  id: z.string(),
  kind: z.enum(["api", "join", "node"]),
  /** Of the API: its name; of a node: the node's; null of one to join with. */
  name: z.string().nullable(),
  role: z.enum(ROLES).nullable(),
  jobs: z.array(z.string()),
  metadata: z.record(z.string(), z.string()),
  tags: z.record(z.string(), z.string()).nullable(),
  once: z.boolean(),
  used: z.boolean(),
  created_at: z.string(),
  created_by: z.string(),
  expires_at: z.string().nullable(),
});
/** A token as it is listed. */
export type TokenAnswer = z.infer<typeof tokenAnswerSchema>;

/** Who calls, and what that one may do. */
export const whoamiAnswerSchema = z.object({
  name: z.string(),
  role: z.enum(ROLES),
  jobs: z.array(z.string()),
  metadata: z.record(z.string(), z.string()),
});

/** Who calls, on the wire. */
export function whoAnswer(
  { name, role, scope }: { name: string; role: Role; scope: Scope | null },
): z.infer<typeof whoamiAnswerSchema> {
  return { name, role, ...scopeAnswer(scope) };
}

/** A token on the wire. */
export function tokenAnswer({ id, token }: { id: string; token: Token }): TokenAnswer {
  const scope = token.kind === "api" ? token.scope : null;
  return {
    id,
    kind: token.kind,
    name: token.kind === "api" ? token.name : token.kind === "node" ? token.node : null,
    role: token.kind === "api" ? token.role : null,
    ...scopeAnswer(scope),
    tags: token.kind === "api" ? null : token.tags,
    once: token.kind === "join" && token.once,
    used: token.kind === "join" && token.usedBy !== null,
    created_at: rfc3339(token.createdAt),
    created_by: token.createdBy,
    expires_at: rfc3339OrNull(token.expiresAt),
  };
}

/** What is asked for in the body of a new token for the API. Throws what its schema finds. */
export function readTokenBody(body: unknown) {
  const { name, role, expires_in: lifetimeMs, ...limits } = tokenBodySchema.parse(body);
  return { name, role, scope: readScope(limits), lifetimeMs };
}

/** What is asked for in the body of a new token to join with. Throws what its schema finds. */
export function readJoinTokenBody(body: unknown) {
  const { tags, once, expires_in: lifetimeMs } = joinTokenBodySchema.parse(body);
  return { tags, once, lifetimeMs };
}

/** A new token as its body asks for it; `lifetime` is a duration, or days as `90d`. */
export function tokenBody<Wanted extends { lifetime: string | null }>({ lifetime, ...wanted }: Wanted) {
  return { ...wanted, expires_in: lifetime };
}

/** A token as it was answered, with times in epoch milliseconds. */
export function readTokenAnswer({ created_at, created_by, expires_at, ...same }: TokenAnswer) {
  return {
    ...same,
    createdAt: Date.parse(created_at),
    createdBy: created_by,
    expiresAt: expires_at === null ? null : Date.parse(expires_at),
  };
}
/** A token as it was answered. */
export type TokenReport = ReturnType<typeof readTokenAnswer>;
