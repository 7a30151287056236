import { CarillonError } from "../src/runtime/mod.ts";

/** The cookie that holds who is signed in. */
export const SESSION_COOKIE = "carillon_session";

/** What a request came with: a token, or the cookie of somebody who is signed in. */
export interface Credential {
  kind: "token" | "session";
  text: string;
}

/** What a request came with, a token before a cookie; null where it is nothing. */
export function credentialOf(request: Request): Credential | null {
  const token = tokenOf(request);
  if (token !== null) return { kind: "token", text: token };
  const session = cookieOf(request, SESSION_COOKIE);
  return session === null ? null : { kind: "session", text: session };
}

/** The bearer token of a request (RFC 6750); null where there is none. */
export function tokenOf(request: Request): string | null {
  return /^Bearer +(\S+) *$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? null;
}

/** A cookie of a request; null where there is none of the name. */
export function cookieOf(request: Request, name: string): string | null {
  const pairs = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
}

const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Throws `forbidden` for a change that another site's page may have asked a browser for: a browser says where a request comes
 * from, and one that does not say it is none.
 */
export function refuseForeign(request: Request): void {
  if (SAFE.has(request.method)) return;
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const host = request.headers.get("host") ?? new URL(request.url).host;
  if (site === "same-origin" || (site === null && origin !== null && URL.parse(origin)?.host === host)) return;
  throw new CarillonError(
    "forbidden",
    "Cannot change anything for who is signed in by cookie: the request does not say that it comes from these pages " +
      "(Sec-Fetch-Site, Origin); a program uses a token",
  );
}
