import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { messageOf } from "../src/runtime/mod.ts";
import { answer } from "./answer.ts";
import type { AppDeps } from "./deps.ts";
import { type HttpEdge, json } from "./http_edge.ts";

const health = createRoute({
  method: "get",
  path: "/health",
  summary: "Ask whether the process is alive",
  responses: { 200: json(z.object({ status: z.literal("healthy"), leader: z.boolean() }), "It is") },
});

const ready = createRoute({
  method: "get",
  path: "/ready",
  summary: "Ask whether the store answers",
  responses: {
    200: json(z.object({ status: z.literal("ready") }), "It does"),
    503: json(z.object({ status: z.literal("unready"), message: z.string() }), "It does not"),
  },
});

/** Health for whoever watches the process. */
export function healthRoutes({ cluster, log }: AppDeps) {
  return new OpenAPIHono<HttpEdge>()
    .openapi(health, async (context) => {
      const leader = await cluster.leader().catch((thrown) => {
        log.debug(`Cannot tell the leader: ${messageOf(thrown)}`);
        return null;
      });
      return answer(context, { status: "healthy" as const, leader: leader === cluster.nodeName }, 200);
    })
    .openapi(ready, async (context) => {
      try {
        await cluster.ready();
        return answer(context, { status: "ready" as const }, 200);
      } catch (thrown) {
        return answer(context, { status: "unready" as const, message: messageOf(thrown) }, 503);
      }
    });
}
