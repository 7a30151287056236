import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { ANYONE, type Caller } from "../../src/auth/mod.ts";
import { CarillonError } from "../../src/runtime/mod.ts";
import { answer } from "../answer.ts";
import { actorOf, addressOf } from "../caller.ts";
import { credentialOf, refuseForeign } from "../credential.ts";
import type { AppDeps } from "../deps.ts";
import { anyBody, type HttpEdge, json, refusals } from "../http_edge.ts";
import { readJson } from "../read_body.ts";
import { sessionCookie } from "../session_cookie.ts";
import { sessionAnswer, sessionAnswerSchema, signInBodySchema } from "../wire/session_answer.ts";

/** Largest body of who signs in, in bytes. */
const MAX_BYTES = 8_192;

const showSession = createRoute({
  method: "get",
  path: "/session",
  summary: "Show how people may sign in, and who has",
  responses: { 200: json(sessionAnswerSchema, "Ways in, and who came"), ...refusals },
});

const signIn = createRoute({
  method: "post",
  path: "/session",
  summary: "Sign in with a token, or with a name and a password",
  description:
    "Answers a cookie for 12 hours. Only for pages of this server: the request says so by Sec-Fetch-Site or Origin.",
  request: anyBody(signInBodySchema),
  responses: { 200: json(sessionAnswerSchema, "Who signed in"), ...refusals },
});

const signOut = createRoute({
  method: "delete",
  path: "/session",
  summary: "Sign out: the cookie opens nothing any more",
  responses: { 200: json(sessionAnswerSchema, "Nobody is signed in"), ...refusals },
});

/** People sign in and out. */
export function sessionRoutes(deps: AppDeps) {
  const { sessions } = deps;
  const shown = (who: Caller | null) => sessionAnswer(waysIn(deps), who);
  return new OpenAPIHono<HttpEdge>()
    .openapi(showSession, async (context) => answer(context, shown(await whoCalls(deps, context)), 200))
    .openapi(signIn, async (context) => {
      refuseForeign(context.req.raw);
      const given = signInBodySchema.parse(await readJson(context, MAX_BYTES));
      const from = addressOf(context);
      const secret = "token" in given
        ? await deps.signIn.withToken(given.token, from)
        : await deps.signIn.withPassword(given.user, given.password, from);
      const who = await sessions.holder(secret);
      return answer(context, shown(who), 200, { "set-cookie": sessionCookie(context, secret) });
    })
    .openapi(signOut, async (context) => {
      const credential = credentialOf(context.req.raw);
      if (credential?.kind === "session") await sessions.end(credential.text, actorOf(context));
      return answer(context, shown(null), 200, { "set-cookie": sessionCookie(context, null) });
    });
}

/** How people may sign in. */
function waysIn({ asksTokens, oidc }: AppDeps) {
  return { asksTokens, password: asksTokens, oidc: oidc && { name: oidc.name } };
}

/** Null where nobody is signed in, and that may be. */
async function whoCalls({ asksTokens, sessions }: AppDeps, context: Context<HttpEdge>): Promise<Caller | null> {
  if (!asksTokens) return ANYONE;
  const credential = credentialOf(context.req.raw);
  if (credential?.kind !== "session") return null;
  return await sessions.holder(credential.text).catch((thrown) => {
    if (thrown instanceof CarillonError && thrown.code === "unauthorized") return null;
    throw thrown;
  });
}
