import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { CarillonError } from "../../src/runtime/mod.ts";
import { nameRequest } from "../../src/trace/mod.ts";
import { refusal } from "./error_handler.ts";
import { loopbackRefusal } from "./loopback_guard.ts";

/** Longest URL, in characters. The HTTP server bounds all headers together; those we read have bounds where we read them. */
const MAX_URL = 16_384;

/**
 * What every request passes, in one step because it stands before the hottest paths: guard, limits, `X-Whom`, no guessing of
 * types, and its name in traces.
 */
export function edge(options: { nodeName: string; loopbackOnly: boolean }): MiddlewareHandler {
  const whom = encodeURI(options.nodeName);
  return async (context, next) => {
    const { raw } = context.req;
    const refused = (options.loopbackOnly ? loopbackRefusal(raw) : undefined) ?? sizeRefusal(raw);
    if (refused) context.res = refusal(context, refused);
    else await next();
    nameRequest(() => `${raw.method} ${routePath(context, -1)}`);
    context.res.headers.set("x-whom", whom);
    context.res.headers.set("x-content-type-options", "nosniff");
  };
}

function sizeRefusal(request: Request): CarillonError | undefined {
  if (request.url.length > MAX_URL) {
    return new CarillonError("invalid", `Cannot read URL: it has more than ${MAX_URL} characters`);
  }
  return undefined;
}
