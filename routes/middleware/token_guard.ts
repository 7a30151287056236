import type { MiddlewareHandler } from "hono";
import { admitToApi } from "../../src/auth/mod.ts";
import type { AppDeps, Tokens } from "../deps.ts";
import type { HttpEdge } from "../http_edge.ts";

/** Lets nobody use the API without a token that opens it. */
export function apiGuard(tokens: Tokens): MiddlewareHandler<HttpEdge> {
  return async (context, next) => {
    admitToApi(await tokens.holder(tokenOf(context.req.raw)));
    await next();
  };
}

/** Notes whose token an agent's call came with, before its body is read; refuses one without, where tokens are asked for. */
export function agentGuard({ tokens, asksTokens }: AppDeps): MiddlewareHandler<HttpEdge> {
  return async (context, next) => {
    if (asksTokens && context.env?.ownAgent !== true) {
      context.set("holder", await tokens.holder(tokenOf(context.req.raw)));
    }
    await next();
  };
}

function tokenOf(request: Request): string | null {
  return /^Bearer +(\S+) *$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? null;
}
