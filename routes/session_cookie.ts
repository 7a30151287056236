import type { Context } from "hono";
import { SESSION_MS } from "../src/auth/mod.ts";
import { SESSION_COOKIE } from "./credential.ts";

/** A cookie that no script sees, and that other sites' pages do not send. */
export function cookie(
  context: Context,
  { name, value, ageS, path }: { name: string; value: string; ageS: number; path: string },
): string {
  const isSecure = new URL(context.req.url).protocol === "https:" ||
    context.req.header("x-forwarded-proto") === "https";
  const parts = [`${name}=${value}`, `Path=${path}`, `Max-Age=${ageS}`, "HttpOnly", "SameSite=Lax"];
  return [...parts, ...(isSecure ? ["Secure"] : [])].join("; ");
}

/** The cookie of a session, or the end of it. */
export function sessionCookie(context: Context, secret: string | null): string {
  const ageS = secret === null ? 0 : Math.floor(SESSION_MS / 1_000);
  return cookie(context, { name: SESSION_COOKIE, value: secret ?? "", ageS, path: "/" });
}
