import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { answer } from "../answer.ts";
import { actorOf } from "../caller.ts";
import type { AppDeps } from "../deps.ts";
import { anyBody, type HttpEdge, json, refusals } from "../http_edge.ts";
import { MAX_BODY_BYTES, readJson } from "../read_body.ts";
import { clusterPauseAnswer, clusterPauseAnswerSchema, clusterPauseBodySchema } from "../wire/cluster_answer.ts";

const showPause = createRoute({
  method: "get",
  path: "/cluster/pause",
  summary: "Show the pause of the cluster",
  responses: { 200: json(clusterPauseAnswerSchema, "The pause that is on; null when none is"), ...refusals },
});

const pauseCluster = createRoute({
  ...showPause,
  method: "post",
  summary: "Start nothing in the whole cluster until it is ended, or until `to`",
  description: "Due times inside it follow its policy when it ends; waiting runs and retries are held, running ones " +
    "go on. Again, it changes policy, note and end. /v1/pause is another setting.",
  request: anyBody(clusterPauseBodySchema),
});

const unpauseCluster = createRoute({
  ...showPause,
  method: "post",
  path: "/cluster/unpause",
  summary: "End the pause of the cluster",
});

/** The pause of the whole cluster. */
export function clusterPauseRoutes({ cluster }: AppDeps) {
  return new OpenAPIHono<HttpEdge>()
    .openapi(showPause, async (context) => answer(context, clusterPauseAnswer(await cluster.paused()), 200))
    .openapi(pauseCluster, async (context) => {
      const body = clusterPauseBodySchema.parse(await readJson(context, MAX_BODY_BYTES) ?? {});
      return answer(context, clusterPauseAnswer(await cluster.pause(body, actorOf(context))), 200);
    })
    .openapi(unpauseCluster, async (context) => {
      await cluster.unpause(actorOf(context));
      return answer(context, clusterPauseAnswer(null), 200);
    });
}
