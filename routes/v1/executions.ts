import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { CarillonError } from "../../src/runtime/mod.ts";
import { answer, queryOf } from "../answer.ts";
import { actorOf, callerOf } from "../caller.ts";
import type { AppDeps } from "../deps.ts";
import { anyBody, type HttpEdge, json, pathParameters, queryFlags, refusals } from "../http_edge.ts";
import { MAX_BODY_BYTES, readJson } from "../read_body.ts";
import { cancelBodySchema, gapAnswer, gapAnswerSchema } from "../wire/cluster_answer.ts";
import { executionAnswerSchema } from "../wire/execution_answer.ts";
import { jobAnswerSchema } from "../wire/job_answer.ts";
import { executionListQuery, readExecutionQuery, readOutputLimit } from "../wire/query.ts";
import { inScope } from "./in_scope.ts";
import { answerJob, noJob } from "./job_request.ts";
import { LIST_OUTPUT_BYTES, showExecution, showExecutions } from "./show_execution.ts";

const listExecutions = createRoute({
  method: "get",
  path: "/jobs/{job}/executions",
  summary: "List a job's executions",
  parameters: pathParameters("job"),
  request: { query: executionListQuery },
  responses: { 200: json(z.array(executionAnswerSchema), "Executions; X-Total-Count counts all"), ...refusals },
});

const getExecution = createRoute({
  method: "get",
  path: "/jobs/{job}/executions/{execution}",
  summary: "Show an execution with its whole output",
  parameters: [...pathParameters("job", "execution"), ...queryFlags("pretty")],
  responses: { 200: json(executionAnswerSchema, "The execution"), ...refusals },
});

const deleteExecutions = createRoute({
  method: "delete",
  path: "/jobs/{job}/executions",
  summary: "Remove a job's ended executions and zero its counters",
  parameters: pathParameters("job"),
  responses: { 200: json(jobAnswerSchema, "The job as it is now"), ...refusals },
});

const cancelExecution = createRoute({
  method: "post",
  path: "/jobs/{job}/executions/{execution}/cancel",
  summary: "Stop an execution",
  parameters: pathParameters("job", "execution"),
  request: anyBody(cancelBodySchema),
  responses: { 200: json(executionAnswerSchema, "The execution as it is now"), ...refusals },
});

const listGaps = createRoute({
  method: "get",
  path: "/jobs/{job}/gaps",
  summary: "List due times that were refused, and why",
  parameters: pathParameters("job"),
  responses: { 200: json(z.array(gapAnswerSchema), "Gaps, newest first"), ...refusals },
});

const listBusy = createRoute({
  method: "get",
  path: "/busy",
  summary: "List what is running on any node",
  parameters: queryFlags("pretty"),
  responses: { 200: json(z.array(executionAnswerSchema), "Running executions, oldest first"), ...refusals },
});

/** History: executions, gaps, what is running, and the end of a run by hand. */
export function executionRoutes(deps: AppDeps) {
  return new OpenAPIHono<HttpEdge>()
    .openapi(listExecutions, async (context) => {
      const query = queryOf(context);
      const name = context.req.param("job");
      const found = await deps.views.executions(name, readExecutionQuery(query));
      if (!found) throw noJob(name);
      const shown = await showExecutions(deps, found.executions, readOutputLimit(query) ?? LIST_OUTPUT_BYTES);
      return answer(context, shown, 200, { "x-total-count": String(found.total) });
    })
    .openapi(getExecution, async (context) => {
      const { job, execution: id } = context.req.param();
      const execution = await deps.views.execution(job, id);
      if (!execution) throw new CarillonError("not_found", `Cannot find execution "${id}" of job "${job}"`);
      return answer(context, await showExecution(deps, execution, Infinity), 200);
    })
    .openapi(
      deleteExecutions,
      async (context) =>
        answerJob(context, await deps.jobs.clearHistory(context.req.param("job"), actorOf(context)), 200),
    )
    .openapi(cancelExecution, async (context) => {
      const { job, execution: id } = context.req.param();
      const { reason } = cancelBodySchema.parse(await readJson(context, MAX_BODY_BYTES) ?? {});
      const execution = await deps.runs.cancel(job, id, reason, actorOf(context));
      return answer(context, await showExecution(deps, execution, Infinity), 200);
    })
    .openapi(listGaps, async (context) => {
      const name = context.req.param("job");
      const gaps = await deps.views.gaps(name);
      if (!gaps) throw noJob(name);
      return answer(context, gaps.map(gapAnswer), 200, { "x-total-count": String(gaps.length) });
    })
    .openapi(listBusy, async (context) => {
      const busy = await inScope(deps, callerOf(context).scope, await deps.views.busy());
      const shown = await showExecutions(deps, busy, LIST_OUTPUT_BYTES);
      return answer(context, shown, 200, { "x-total-count": String(busy.length) });
    });
}
