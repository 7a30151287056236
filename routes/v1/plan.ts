import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { answer, queryOf } from "../answer.ts";
import { callerOf } from "../caller.ts";
import type { AppDeps } from "../deps.ts";
import { type HttpEdge, json, queryFlag, refusals } from "../http_edge.ts";
import { planAnswer, planAnswerSchema, readPlanRange } from "../wire/plan_answer.ts";

const optional = z.string().optional();

const showPlan = createRoute({
  method: "get",
  path: "/plan",
  summary: "Show what ran, runs, will run and did not, over all jobs",
  description:
    "Between ?from= and ?to= (a day before now and after it), at most 8 days apart: counts by hour, and at most ?limit= " +
    "(500) items of each kind, troubles first. Of good runs the last one of each job stands for all.",
  request: { query: z.object({ from: optional, to: optional, limit: optional, pretty: queryFlag }) },
  responses: { 200: json(planAnswerSchema, "The plan"), ...refusals },
});

/** The day at a glance. */
export function planRoutes({ plans, now }: AppDeps) {
  return new OpenAPIHono<HttpEdge>().openapi(showPlan, async (context) => {
    const range = readPlanRange(queryOf(context), now());
    return answer(context, planAnswer(await plans.of({ ...range, scope: callerOf(context).scope })), 200);
  });
}
