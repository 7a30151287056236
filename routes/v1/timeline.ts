import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { answer, queryOf } from "../answer.ts";
import type { AppDeps } from "../deps.ts";
import { type HttpEdge, json, pathParameters, queryFlag, refusals } from "../http_edge.ts";
import { readTimelineRange, timelineAnswer, timelineAnswerSchema } from "../wire/timeline_answer.ts";
import { noJob } from "./job_request.ts";

const showTimeline = createRoute({
  method: "get",
  path: "/jobs/{job}/timeline",
  summary: "Say of each due time what became of it, or will, and why",
  description:
    "Between ?from= and ?to= (a day before now and after it), oldest first or, by ?order=newest, newest first; at most " +
    "?limit= (200); X-Carillon-More: true when there are more.",
  parameters: pathParameters("job"),
  request: {
    query: z.object({
      from: z.string().optional(),
      to: z.string().optional(),
      limit: z.string().optional(),
      order: z.enum(["oldest", "newest"]).optional(),
      pretty: queryFlag,
    }),
  },
  responses: { 200: json(z.array(timelineAnswerSchema), "Due times"), ...refusals },
});

/** Why a job ran, or did not. */
export function timelineRoutes({ timelines, now }: AppDeps) {
  return new OpenAPIHono<HttpEdge>().openapi(showTimeline, async (context) => {
    const name = context.req.param("job");
    const timeline = await timelines.of(name, readTimelineRange(queryOf(context), now()));
    if (timeline === null) throw noJob(name);
    const headers: Record<string, string> = timeline.isCut ? { "x-carillon-more": "true" } : {};
    return answer(context, timeline.entries.map(timelineAnswer), 200, headers);
  });
}
