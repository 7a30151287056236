/**
 * Tokens and roles: who may come in where a server is open to more than loopback, and what that one may do.
 * @module
 */
export { admitCall, admitNode, callerOf } from "./admission.ts";
export { admitRole, admitToAll, ANYONE, type Caller } from "./caller.ts";
export { CallerLimits, type CallerLimitSettings } from "./caller_limits.ts";
export { SESSION_MS, Sessions, type SessionsDeps } from "./sessions.ts";
export { SignIn } from "./sign_in.ts";
export { Oidc, type OidcSettings } from "./oidc.ts";
export { Users, type UserWish } from "./users.ts";
export { type NewApiToken, type NewJoinToken, type StoredToken, Tokens, type TokensDeps } from "./tokens.ts";
export type { KnownToken } from "./known_tokens.ts";
