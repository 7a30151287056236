import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { z } from "zod";
import { invalid } from "../../src/runtime/mod.ts";
import { isSet } from "../answer.ts";
import { actorOf } from "../caller.ts";
import type { AppDeps } from "../deps.ts";
import { anyBody, headerParameter, type HttpEdge, json, pathParameters, queryFlag, refusals } from "../http_edge.ts";
import { MAX_BODY_BYTES, readJson } from "../read_body.ts";
import { pauseBodySchema } from "../wire/cluster_answer.ts";
import { jobAnswerSchema } from "../wire/job_answer.ts";
import { answerJob, existingJob, readIfMatch } from "./job_request.ts";

const runJob = createRoute({
  method: "post",
  path: "/jobs/{job}/run",
  summary: "Run a job now",
  description:
    "Answers at once, X-Carillon-Group names what was started; with ?wait=true when it has ended. X-Carillon-Outcome says " +
    "how it ended: unknown when its history was removed since.",
  parameters: [
    ...pathParameters("job"),
    headerParameter("Idempotency-Key", "The same key within 24 hours starts nothing new"),
  ],
  request: { query: z.object({ wait: queryFlag, force: queryFlag, pretty: queryFlag }) },
  responses: { 200: json(jobAnswerSchema, "The job"), ...refusals },
});

const runJobShort = createRoute({ ...runJob, path: "/jobs/{job}" });

const toggleJob = createRoute({
  method: "post",
  path: "/jobs/{job}/toggle",
  summary: "Disable or enable a job",
  parameters: pathParameters("job"),
  responses: { 200: json(jobAnswerSchema, "The job as it is now"), ...refusals },
});

const pauseJob = createRoute({
  method: "post",
  path: "/jobs/{job}/pause",
  summary: "Hold back a job's due times",
  parameters: pathParameters("job"),
  request: anyBody(pauseBodySchema),
  responses: { 200: json(jobAnswerSchema, "The job as it is now"), ...refusals },
});

const unpauseJob = createRoute({ ...toggleJob, path: "/jobs/{job}/unpause", summary: "End a job's pause" });

/** What one does to a job: run, toggle, pause. */
export function jobActionRoutes(deps: AppDeps) {
  const run = async (context: Context, name: string) => {
    const options = {
      force: isSet(context, "force"),
      idempotencyKey: readIdempotencyKey(context),
    };
    let group = await deps.runs.start(name, options, actorOf(context));
    if (isSet(context, "wait")) group = await deps.runs.ended(group, context.req.raw.signal);
    const path = new URL(context.req.url).pathname;
    return answerJob(context, await existingJob(deps, name), 200, {
      location: path,
      "x-carillon-group": group.id,
      ...(group.state === "ended" ? { "x-carillon-outcome": group.outcome ?? "unknown" } : {}),
    });
  };

  return new OpenAPIHono<HttpEdge>()
    .openapi(runJob, (context) => run(context, context.req.param("job")))
    .openapi(runJobShort, (context) => run(context, context.req.param("job")))
    .openapi(toggleJob, async (context) => {
      const name = context.req.param("job");
      await deps.jobs.toggle(name, { ifMatch: readIfMatch(context) }, actorOf(context));
      return answerJob(context, await existingJob(deps, name), 200);
    })
    .openapi(pauseJob, async (context) => {
      const name = context.req.param("job");
      const body = pauseBodySchema.parse(await readJson(context, MAX_BODY_BYTES) ?? {});
      await deps.jobs.pause(name, body, actorOf(context));
      return answerJob(context, await existingJob(deps, name), 200);
    })
    .openapi(unpauseJob, async (context) => {
      const name = context.req.param("job");
      await deps.jobs.unpause(name, actorOf(context));
      return answerJob(context, await existingJob(deps, name), 200);
    });
}

function readIdempotencyKey(context: Context): string | null {
  const key = context.req.header("idempotency-key");
  if (key === undefined) return null;
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw invalid("Cannot read Idempotency-Key: give 1 to 200 printable ASCII characters without blanks");
  }
  return key;
}
