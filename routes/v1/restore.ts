import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import type { JobDefinition } from "../../src/model/mod.ts";
import { CarillonError, invalid, type Issue } from "../../src/runtime/mod.ts";
import { answer } from "../answer.ts";
import { actorOf } from "../caller.ts";
import type { AppDeps } from "../deps.ts";
import { type HttpEdge, json, refusals } from "../http_edge.ts";
import { MAX_RESTORE_BYTES, readBytes } from "../read_body.ts";
import { readJob, refused } from "../wire/read_job.ts";
import { checkConfig } from "./job_request.ts";
import { secretDoubts } from "./job_secrets.ts";

const restoreRoute = createRoute({
  method: "post",
  path: "/restore",
  summary: "Store many jobs",
  description: "A multipart body whose field `file` is a JSON array of jobs; those of the same name are replaced.",
  responses: { 200: json(z.string(), "A JSON array inside a JSON string, a line for each job"), ...refusals },
});

/** Jobs from an export. */
export function restoreRoutes(deps: AppDeps) {
  return new OpenAPIHono<HttpEdge>().openapi(restoreRoute, async (context) => {
    const definitions = readDefinitions(deps, await readFilePart(context.req.raw));
    for (const definition of definitions) await secretDoubts(deps, definition);
    const lines = await deps.jobs.restore(definitions, actorOf(context));
    return answer(context, JSON.stringify(lines), 200);
  });
}

async function readFilePart(request: Request): Promise<string> {
  const contentType = request.headers.get("content-type") ?? "";
  const bytes = await readBytes(request, MAX_RESTORE_BYTES);
  const form = await new Response(bytes, { headers: { "content-type": contentType } }).formData().catch(() => null);
  const file = form?.get("file");
  if (typeof file === "string") return file;
  if (file) return await file.text();
  throw new CarillonError("not_found", 'Cannot restore: the body is no multipart form with a field "file"');
}

function readDefinitions(deps: AppDeps, text: string): JobDefinition[] {
  const bodies = z.array(z.unknown()).safeParse(parseJson(text));
  if (!bodies.success) throw invalid("Cannot restore: the file is no JSON array");
  const issues: Issue[] = [];
  const definitions = bodies.data.flatMap((body, index) => {
    try {
      const { definition } = readJob(body, null);
      checkConfig(deps, definition);
      return [definition];
    } catch (thrown) {
      if (!(thrown instanceof CarillonError)) throw thrown;
      const found = thrown.issues.length > 0 ? thrown.issues : [{ path: "", message: thrown.message }];
      issues.push(...found.map(({ path, message }) => ({ path: path ? `${index}.${path}` : `${index}`, message })));
      return [];
    }
  });
  if (issues.length > 0) throw refused("Cannot restore", issues);
  return definitions;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
