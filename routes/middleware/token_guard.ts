import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { RouterRoute } from "hono/types";
import { admitRole, admitToAll, ANYONE, type Caller, callerOf } from "../../src/auth/mod.ts";
import { isInScope } from "../../src/model/mod.ts";
import { CarillonError } from "../../src/runtime/mod.ts";
import { ACCESS, type Rule } from "../access.ts";
import { credentialOf, refuseForeign, tokenOf } from "../credential.ts";
import type { AppDeps } from "../deps.ts";
import type { HttpEdge } from "../http_edge.ts";
import { noJob } from "../v1/job_request.ts";

type Route = Pick<RouterRoute, "method" | "path">;

/** Where `jobGuard` stands. */
const OF_JOB = "/v1/jobs/:job";

/** Lets nobody use a route of the API whose rule (`ACCESS`) is not met, and notes who calls. */
export function apiGuard(deps: AppDeps): MiddlewareHandler<HttpEdge> {
  return async (context, next) => {
    const route = routeOf(context);
    const rule = route && ruleOf(route);
    if (route && !rule) throw closed(route);
    if (rule?.role === "public") return await next();
    const caller = deps.asksTokens ? await callerWith(deps, context.req.raw) : ANYONE;
    if (deps.asksTokens) deps.limits.admit(caller.name);
    context.set("caller", caller);
    if (route && rule) {
      admitRole(caller, rule.role);
      const isLeftToJobGuard = rule.limited === "job" && route.path.startsWith(OF_JOB);
      if (rule.limited !== "own" && !isLeftToJobGuard) admitToAll(caller);
    }
    await next();
  };
}

/** Stands before what is about one job: one that is none of the caller's business is as if it were not there. */
export function jobGuard(deps: AppDeps): MiddlewareHandler<HttpEdge> {
  return async (context, next) => {
    const scope = context.get("caller")?.scope ?? null;
    const route = scope && routeOf(context);
    if (scope && route && ruleOf(route)?.limited === "job") {
      const name = context.req.param("job") ?? "";
      const view = await deps.views.job(name);
      if (!view || !isInScope(scope, view.job.definition)) throw noJob(name);
    }
    await next();
  };
}

/** Notes whose token an agent's call came with, before its body is read; refuses one without, or without a certificate, where they are asked for. */
export function agentGuard({ tokens, asksTokens, asksCertificates }: AppDeps): MiddlewareHandler<HttpEdge> {
  return async (context, next) => {
    const isOwn = context.env?.ownAgent === true;
    if (asksCertificates && !isOwn && context.env?.isCertified !== true) {
      throw new CarillonError(
        "unauthorized",
        "Cannot answer an agent: it shows no certificate of the authority that agents here are of (--tls-client-ca)",
      );
    }
    if (asksTokens && !isOwn) context.set("holder", await tokens.holder(tokenOf(context.req.raw)));
    await next();
  };
}

/** With a token, or signed in. */
async function callerWith({ tokens, sessions }: AppDeps, request: Request): Promise<Caller> {
  const credential = credentialOf(request);
  if (credential?.kind === "session") {
    refuseForeign(request);
    return await sessions.holder(credential.text);
  }
  return callerOf((await tokens.holder(credential?.text ?? null)).token);
}

/** The route that will answer, which Hono names by its whole path; undefined where none will. */
function routeOf(context: Context): Route | undefined {
  return matchedRoutes(context).find(({ method }) => method !== "ALL");
}

function ruleOf({ method, path }: Route): Rule | undefined {
  return ACCESS[`${method} ${path.length > 1 ? path.replace(/\/$/, "") : path}`];
}

function closed({ method, path }: Route): CarillonError {
  return new CarillonError("forbidden", `Cannot answer ${method} ${path}: nobody may use it, as no rule says who may`);
}
