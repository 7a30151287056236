import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { z } from "zod";
import { messageOf } from "../../src/runtime/mod.ts";
import { answer, isSet, queryOf } from "../answer.ts";
import { actorOf, admitDefinition, callerOf } from "../caller.ts";
import type { AppDeps } from "../deps.ts";
import { anyBody, type HttpEdge, json, pathParameters, queryFlag, queryFlags, refusals } from "../http_edge.ts";
import { MAX_BODY_BYTES, readJson } from "../read_body.ts";
import { jobAnswer, jobAnswerSchema } from "../wire/job_answer.ts";
import { jobBodySchema } from "../wire/job_body.ts";
import { jobListQuery, readJobQuery } from "../wire/query.ts";
import { answerJob, existingJob, readDefinition, readIfMatch } from "./job_request.ts";

const listJobs = createRoute({
  method: "get",
  path: "/jobs",
  summary: "List jobs",
  request: { query: jobListQuery },
  responses: { 200: json(z.array(jobAnswerSchema), "A page of jobs; X-Total-Count counts all"), ...refusals },
});

const createJob = createRoute({
  method: "post",
  path: "/jobs",
  summary: "Create or replace a job",
  request: {
    ...anyBody(jobBodySchema),
    query: z.object({ runoncreate: queryFlag, strict: queryFlag, pretty: queryFlag }),
  },
  responses: { 201: json(jobAnswerSchema, "The stored job"), ...refusals },
});

const patchJob = createRoute({ ...createJob, method: "patch", path: "/jobs" });

const putJob = createRoute({
  ...createJob,
  method: "put",
  path: "/jobs/{job}",
  parameters: pathParameters("job"),
});

const getJob = createRoute({
  method: "get",
  path: "/jobs/{job}",
  summary: "Show a job",
  parameters: [...pathParameters("job"), ...queryFlags("pretty")],
  responses: { 200: json(jobAnswerSchema, "The job; ETag names its revision"), ...refusals },
});

const deleteJob = createRoute({
  method: "delete",
  path: "/jobs/{job}",
  summary: "Delete a job",
  parameters: pathParameters("job"),
  request: { query: z.object({ cancel: queryFlag, pretty: queryFlag }) },
  responses: { 200: json(jobAnswerSchema, "The deleted job"), ...refusals },
});

/** Definitions: list, show, create, replace, delete. */
export function jobRoutes(deps: AppDeps) {
  /** POST, PATCH and PUT are one thing, as in Dkron: the body replaces all fields. */
  const put = async (context: Context, nameFromPath: string | null) => {
    const body = await readJson(context, MAX_BODY_BYTES);
    const { definition, warning } = await readDefinition(context, deps, body, nameFromPath);
    await admitDefinition(context, deps, definition);
    const stored = await deps.jobs.put(definition, { ifMatch: readIfMatch(context), restore: false }, actorOf(context));
    const { name } = stored.job.definition;
    if (context.req.query("runoncreate") !== undefined) {
      deps.runs.start(name, { force: false, idempotencyKey: null }, actorOf(context))
        .catch((thrown) => deps.log.warn(`Cannot run job "${name}" on create: ${messageOf(thrown)}`));
    }
    const view = await existingJob(deps, name);
    return answerJob(context, view, 201, { location: `/v1/jobs/${encodeURIComponent(name)}`, ...warning });
  };

  return new OpenAPIHono<HttpEdge>()
    .openapi(getJob, async (context) => answerJob(context, await existingJob(deps, context.req.param("job")), 200))
    .openapi(listJobs, async (context) => {
      const query = readJobQuery(queryOf(context), callerOf(context).scope);
      const { views, total } = query ? await deps.views.jobs(query) : { views: [], total: 0 };
      return answer(context, views.map(jobAnswer), 200, { "x-total-count": String(total) });
    })
    .openapi(createJob, (context) => put(context, null))
    .openapi(patchJob, (context) => put(context, null))
    .openapi(putJob, (context) => put(context, context.req.param("job")))
    .openapi(deleteJob, async (context) => {
      const options = { ifMatch: readIfMatch(context), cancel: isSet(context, "cancel") };
      return answerJob(context, await deps.jobs.remove(context.req.param("job"), options, actorOf(context)), 200);
    });
}
