import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { answer } from "../answer.ts";
import { actorOf, callerOf } from "../caller.ts";
import type { AppDeps } from "../deps.ts";
import { anyBody, type HttpEdge, json, pathParameters, queryFlags, refusals } from "../http_edge.ts";
import { MAX_BODY_BYTES, readJson } from "../read_body.ts";
import {
  joinTokenBodySchema,
  newTokenAnswerSchema,
  readJoinTokenBody,
  readTokenBody,
  tokenAnswer,
  tokenAnswerSchema,
  tokenBodySchema,
  whoamiAnswerSchema,
  whoAnswer,
} from "../wire/token_answer.ts";

const whoami = createRoute({
  method: "get",
  path: "/whoami",
  summary: "Show who calls, and what that one may do",
  responses: { 200: json(whoamiAnswerSchema, "The caller"), ...refusals },
});

const listTokens = createRoute({
  method: "get",
  path: "/tokens",
  summary: "List tokens: whose they are, never they themselves",
  parameters: queryFlags("pretty"),
  responses: { 200: json(z.array(tokenAnswerSchema), "Tokens, oldest first"), ...refusals },
});

const createToken = createRoute({
  method: "post",
  path: "/tokens",
  summary: "Make a token for the API; it is shown this once",
  request: anyBody(tokenBodySchema),
  responses: { 200: json(newTokenAnswerSchema, "The token"), ...refusals },
});

const revokeToken = createRoute({
  method: "delete",
  path: "/tokens/{token}",
  summary: "Let a token, named by its id, open nothing any more",
  parameters: pathParameters("token"),
  responses: { 200: json(tokenAnswerSchema, "The token that was"), ...refusals },
});

const createJoinToken = createRoute({
  method: "post",
  path: "/join-tokens",
  summary: "Make a token for nodes to join with; it is shown this once",
  request: anyBody(joinTokenBodySchema),
  responses: { 200: json(newTokenAnswerSchema, "The token"), ...refusals },
});

/** Tokens: made, listed, revoked. */
export function tokenRoutes({ tokens, now }: AppDeps) {
  const until = (lifetimeMs: number | null) => lifetimeMs === null ? null : now() + lifetimeMs;
  return new OpenAPIHono<HttpEdge>()
    .openapi(whoami, (context) => {
      return answer(context, whoAnswer(callerOf(context)), 200);
    })
    .openapi(listTokens, async (context) => {
      const all = (await tokens.all()).sort((a, b) => a.token.createdAt - b.token.createdAt);
      return answer(context, all.map(tokenAnswer), 200, { "x-total-count": String(all.length) });
    })
    .openapi(createToken, async (context) => {
      const { lifetimeMs, ...wanted } = readTokenBody(await readJson(context, MAX_BODY_BYTES));
      return answer(context, {
        token: await tokens.create({ ...wanted, expiresAt: until(lifetimeMs) }, actorOf(context)),
      }, 200);
    })
    .openapi(revokeToken, async (context) => {
      const id = context.req.param("token");
      return answer(context, tokenAnswer({ id, token: await tokens.revoke(id, actorOf(context)) }), 200);
    })
    .openapi(createJoinToken, async (context) => {
      const { lifetimeMs, ...wanted } = readJoinTokenBody(await readJson(context, MAX_BODY_BYTES) ?? {});
      return answer(context, {
        token: await tokens.createJoin({ ...wanted, expiresAt: until(lifetimeMs) }, actorOf(context)),
      }, 200);
    });
}
