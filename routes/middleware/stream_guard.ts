import type { MiddlewareHandler } from "hono";
import { callerOf } from "../caller.ts";
import type { AppDeps } from "../deps.ts";
import type { HttpEdge } from "../http_edge.ts";
import { credentialOf } from "../credential.ts";

/** What marks an answer that goes on until its reader leaves: nobody between may hold it back. */
export const LIVE = { "x-accel-buffering": "no", "cache-control": "no-store" } as const;

/**
 * Ends a live answer when the token or the session that it was asked for with opens nothing any more, and refuses one too many
 * of a caller.
 */
export function streamGuard({ tokens, sessions, limits }: AppDeps): MiddlewareHandler<HttpEdge> {
  return async (context, next) => {
    await next();
    // First of all: whoever looks at a body makes a stream of it, which is sent in chunks and takes much longer.
    const { headers, status } = context.res;
    if (headers.get("x-accel-buffering") !== LIVE["x-accel-buffering"]) return;
    const { body } = context.res;
    const credential = credentialOf(context.req.raw);
    if (body === null || credential === null) return;
    // Of a HEAD nobody reads or ends the body.
    if (context.req.method === "HEAD") return await body.cancel();
    const watched = credential.kind === "token" ? tokens : sessions;
    let counted: Disposable;
    try {
      counted = limits.openStream(callerOf(context).name);
    } catch (thrown) {
      await body.cancel();
      throw thrown;
    }
    const guarded = untilTold(body, (tell) => {
      const watch = watched.watch(credential.text, tell);
      return {
        [Symbol.dispose]() {
          watch[Symbol.dispose]();
          counted[Symbol.dispose]();
        },
      };
    });
    context.res = new Response(guarded, { status, headers });
  };
}

/** The same bytes, until `watch` tells that there shall be no more. */
function untilTold(
  body: ReadableStream<Uint8Array>,
  watch: (tell: () => void) => Disposable,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let watched: Disposable | undefined;
  return new ReadableStream({
    start(controller) {
      watched = watch(() => {
        watched?.[Symbol.dispose]();
        controller.close();
        // What it was about to give is not wanted; that the source fails at its end changes nothing.
        reader.cancel().catch(() => {});
      });
    },
    async pull(controller) {
      const { done, value } = await reader.read().catch((thrown) => {
        watched?.[Symbol.dispose]();
        throw thrown;
      });
      if (!done) return controller.enqueue(value);
      watched?.[Symbol.dispose]();
      controller.close();
    },
    async cancel(reason) {
      watched?.[Symbol.dispose]();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
