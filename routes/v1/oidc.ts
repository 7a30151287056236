import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { type Context } from "hono";
import { z } from "zod";
import { CarillonError } from "../../src/runtime/mod.ts";
import { addressOf } from "../caller.ts";
import { cookieOf } from "../credential.ts";
import type { AppDeps } from "../deps.ts";
import { type HttpEdge, refusals } from "../http_edge.ts";
import { cookie, sessionCookie } from "../session_cookie.ts";

/** Where the provider sends people back to. */
const CALLBACK = "/v1/session/oidc/callback";

/** The cookie that a browser keeps while it is at the provider, and how long, in seconds. */
const FLOW_COOKIE = "carillon_oidc", FLOW_S = 600;

const askProvider = createRoute({
  method: "get",
  path: "/session/oidc",
  summary: "Go to the OpenID provider to sign in",
  description: "For browsers. ?return= is the page of the web UI to go to afterwards.",
  request: { query: z.object({ return: z.string().optional() }) },
  responses: { 303: { description: "To the provider, or back to the web UI with ?refused=" }, ...refusals },
});

const takeAnswer = createRoute({
  method: "get",
  path: "/session/oidc/callback",
  summary: "Come back from the OpenID provider",
  description: "For browsers: answers the cookie of a session, as POST /v1/session does.",
  responses: { 303: { description: "To the web UI, with ?refused= for who may not come in" }, ...refusals },
});

/** People sign in with OpenID Connect. What goes wrong is told by the web UI: a browser is what comes here. */
export function oidcRoutes(deps: AppDeps) {
  return new OpenAPIHono<HttpEdge>()
    .openapi(askProvider, async (context) => {
      return await orRefused(deps, context, async () => {
        const to = pageOf(context.req.query("return") ?? "");
        const { url, flow } = await deps.signIn.beginOidc(`${originOf(deps, context)}${CALLBACK}`, to);
        return redirect(url, [flowCookie(context, flow)]);
      });
    })
    .openapi(takeAnswer, async (context) => {
      return await orRefused(deps, context, async () => {
        const kept = cookieOf(context.req.raw, FLOW_COOKIE) ?? "";
        const answered = new URL(CALLBACK + new URL(context.req.url).search, originOf(deps, context));
        const { secret, to } = await deps.signIn.withOidc(answered, kept, addressOf(context));
        return redirect(pageOf(to), [sessionCookie(context, secret), flowCookie(context, null)]);
      });
    });
}

async function orRefused({ log }: AppDeps, context: Context, act: () => Promise<Response>): Promise<Response> {
  try {
    return await act();
  } catch (thrown) {
    if (!(thrown instanceof CarillonError) || thrown.code === "not_found") throw thrown;
    log.warn(thrown.message, { from: addressOf(context) });
    return redirect(`/ui/?refused=${thrown.code}`, [flowCookie(context, null)]);
  }
}

function redirect(location: string, cookies: readonly string[]): Response {
  const headers = new Headers({ location, "cache-control": "no-store" });
  for (const one of cookies) headers.append("set-cookie", one);
  return new Response(null, { status: 303, headers });
}

function flowCookie(context: Context, flow: string | null): string {
  return cookie(context, {
    name: FLOW_COOKIE,
    value: flow ?? "",
    ageS: flow === null ? 0 : FLOW_S,
    path: "/v1/session/oidc",
  });
}

/** Where people reach this server, as an origin. */
function originOf({ publicUrl }: AppDeps, context: Context): string {
  return publicUrl ?? new URL(context.req.url).origin;
}

/** A page of the web UI; its first one for anything else, so that nobody is led elsewhere. */
function pageOf(to: string): string {
  const here = "http://here.invalid";
  const url = URL.parse(to, here);
  const isPage = url !== null && url.origin === here && url.pathname.startsWith("/ui/");
  return isPage ? url.pathname + url.search : "/ui/";
}
