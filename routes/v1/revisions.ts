import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { changedFields } from "../../src/audit/mod.ts";
import type { Revision } from "../../src/model/mod.ts";
import { CarillonError } from "../../src/runtime/mod.ts";
import { answer } from "../answer.ts";
import { actorOf, admitDefinition } from "../caller.ts";
import type { AppDeps } from "../deps.ts";
import { type HttpEdge, json, pathParameters, queryFlags, refusals } from "../http_edge.ts";
import { revisionAnswer, revisionAnswerSchema } from "../wire/audit_answer.ts";
import { jobAnswer, jobAnswerSchema } from "../wire/job_answer.ts";
import { secretDoubts } from "./job_secrets.ts";
import { answerJob, existingJob, noJob, readIfMatch } from "./job_request.ts";

const listRevisions = createRoute({
  method: "get",
  path: "/jobs/{job}/revisions",
  summary: "List a job's revisions, each with what it changed",
  parameters: [...pathParameters("job"), ...queryFlags("pretty")],
  responses: { 200: json(z.array(revisionAnswerSchema), "Revisions, newest first"), ...refusals },
});

const getRevision = createRoute({
  method: "get",
  path: "/jobs/{job}/revisions/{revision}",
  summary: "Show a job as it was defined in a revision",
  parameters: [...pathParameters("job", "revision"), ...queryFlags("pretty")],
  responses: { 200: json(jobAnswerSchema, "The job, with the definition of then and the results of now"), ...refusals },
});

const restoreRevision = createRoute({
  method: "post",
  path: "/jobs/{job}/revisions/{revision}/restore",
  summary: "Define a job as it was in a revision, by a new revision",
  parameters: pathParameters("job", "revision"),
  responses: { 200: json(jobAnswerSchema, "The job as it is now"), ...refusals },
});

/** What a job was: revisions, and back to one of them. */
export function revisionRoutes(deps: AppDeps) {
  const revisionOf = async (name: string, text: string): Promise<Revision & { revision: number }> => {
    const found = (await revisionsOf(deps, name)).find(({ revision }) => String(revision) === text);
    if (found) return found;
    throw new CarillonError("not_found", `Cannot find revision "${text}" of job "${name}"`);
  };
  return new OpenAPIHono<HttpEdge>()
    .openapi(listRevisions, async (context) => {
      const revisions = await revisionsOf(deps, context.req.param("job"));
      const told = revisions.map(({ definition, ...revision }, i) => {
        const changes = changedFields(revisions[i + 1]?.definition ?? null, definition);
        return revisionAnswer({ ...revision, changes });
      });
      return answer(context, told, 200, { "x-total-count": String(told.length) });
    })
    .openapi(getRevision, async (context) => {
      const { job: name, revision: number } = context.req.param();
      const [{ definition, revision }, view] = await Promise.all([revisionOf(name, number), existingJob(deps, name)]);
      return answer(context, jobAnswer({ ...view, job: { ...view.job, definition, revision } }), 200);
    })
    .openapi(restoreRevision, async (context) => {
      const { job: name, revision: number } = context.req.param();
      const { definition } = await revisionOf(name, number);
      await admitDefinition(context, deps, definition);
      await secretDoubts(deps, definition);
      await deps.jobs.put(definition, { ifMatch: readIfMatch(context), restore: false }, actorOf(context));
      return answerJob(context, await existingJob(deps, name), 200);
    });
}

async function revisionsOf(deps: AppDeps, name: string) {
  const revisions = await deps.views.revisions(name);
  if (revisions === null) throw noJob(name);
  return revisions;
}
