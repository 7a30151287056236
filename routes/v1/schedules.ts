import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { invalid } from "../../src/runtime/mod.ts";
import { parseSchedule, previewSchedule } from "../../src/schedule/mod.ts";
import { answer } from "../answer.ts";
import type { AppDeps } from "../deps.ts";
import { type HttpEdge, json, refusals } from "../http_edge.ts";
import { previewAnswerSchema } from "../wire/cluster_answer.ts";
import { readCount } from "../wire/query.ts";
import { rfc3339 } from "../wire/rfc3339.ts";

const optional = z.string().optional();

const previewRoute = createRoute({
  method: "get",
  path: "/schedules/preview",
  summary: "Show the next times of a schedule, and what it says in words",
  request: { query: z.object({ schedule: optional, timezone: optional, n: optional, name: optional }) },
  responses: {
    200: json(previewAnswerSchema, "At most 100 times, words, notes on changes of the clocks"),
    ...refusals,
  },
});

/** Schedules looked at without a job. */
export function scheduleRoutes(deps: AppDeps) {
  return new OpenAPIHono<HttpEdge>().openapi(previewRoute, (context) => {
    const { schedule: text, timezone, n, name } = context.req.query();
    if (!text) {
      throw invalid("Cannot preview: no schedule given", [{ path: "schedule", message: "cannot be empty" }]);
    }
    const { defaultTimezone } = deps;
    const schedule = parseSchedule(text, { timezone: timezone ?? "", defaultTimezone, jobName: name ?? "" });
    const preview = previewSchedule(schedule, text, deps.now(), readCount(n ?? null, 5, 100));
    return answer(context, { ...preview, times: preview.times.map(rfc3339) }, 200);
  });
}
