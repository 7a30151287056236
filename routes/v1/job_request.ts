import type { Context } from "hono";
import { type JobDefinition, type JobView, secretsIn } from "../../src/model/mod.ts";
import { CarillonError, invalid, type Issue } from "../../src/runtime/mod.ts";
import { answer, isSet, warningHeader } from "../answer.ts";
import type { AppDeps } from "../deps.ts";
import { etagOf, jobAnswer } from "../wire/job_answer.ts";
import { readJob, refused } from "../wire/read_job.ts";
import { secretDoubts } from "./job_secrets.ts";

/** A job as an answer, with its entity tag. */
export function answerJob<Status extends 200 | 201>(
  context: Context,
  view: JobView,
  status: Status,
  headers: Readonly<Record<string, string>> = {},
) {
  return answer(context, jobAnswer(view), status, { etag: etagOf(view.job), ...headers });
}

/** The error of a job that does not exist. */
export function noJob(name: string): CarillonError {
  return new CarillonError("not_found", `Cannot find job "${name}"`);
}

/** A job that must exist. */
export async function existingJob(deps: AppDeps, name: string): Promise<JobView> {
  const view = await deps.views.job(name);
  if (!view) throw noJob(name);
  return view;
}

/** The ETags of `If-Match` in their quotes, `*`, or null where there is none. Throws `invalid`. */
export function readIfMatch(context: Context): string | null {
  const text = context.req.header("if-match")?.trim();
  if (text === undefined) return null;
  if (text.length <= 1_000 && /^(\*|(W\/)?"[^"]*"(\s*,\s*(W\/)?"[^"]*")*)$/.test(text)) {
    return text.replaceAll('W/"', '"');
  }
  throw invalid('Cannot read If-Match: give ETags in double quotes, or "*"');
}

/** The definition in a body, with warnings of what was ignored; with `?strict` those are issues. Throws
 * `invalid`, and `forbidden` for a secret that is not for the job. */
export async function readDefinition(context: Context, deps: AppDeps, body: unknown, nameFromPath: string | null) {
  const { definition, unknownKeys } = readJob(body, nameFromPath);
  const doubts: Issue[] = unknownKeys.map((path) => ({ path, message: "is not a known key" }));
  if (nameFromPath !== null && definition.name !== nameFromPath) {
    doubts.push({ path: "name", message: `differs from the path's "${nameFromPath}", and is the one used` });
  }
  if (!checkConfig(deps, definition)) {
    const which = definition.executor === "" ? "is empty" : `"${definition.executor}" is not known to this server`;
    doubts.push({ path: "executor", message: `${which}: runs will fail unless a node has it` });
  }
  if (definition.concurrencyKey !== null && definition.concurrency === "allow" && definition.maxConcurrent === null) {
    doubts.push({ path: "concurrency_key", message: "has no effect with concurrency allow and no max_concurrent" });
  }
  if (Object.keys(definition.processors).length > 0) {
    doubts.push({ path: "processors", message: "are stored, and not run by this version" });
  }
  doubts.push(...await secretDoubts(deps, definition));
  if (doubts.length > 0 && isSet(context, "strict")) throw refused(titleOf(definition), doubts);
  return { definition, warning: warningHeader(doubts.map(({ path, message }) => `${path} ${message}`)) };
}

/** Checks the config of a known executor, and answers whether the executor is known. Throws `invalid`. */
export function checkConfig(deps: AppDeps, definition: JobDefinition): boolean {
  const config = definition.executorConfig ?? {};
  const issues = deps.executorIssues(definition.executor, config);
  // What an option will be that holds a secret is known when it runs.
  const open = new Set(secretsIn(config).map(({ path }) => optionOf(path)));
  const known = issues?.filter(({ path }) => !open.has(optionOf(path))) ?? [];
  if (known.length > 0) {
    throw refused(
      titleOf(definition),
      known.map(({ path, message }) => ({ path: `executor_config.${path}`, message })),
    );
  }
  return issues !== null;
}

/** The option that a path begins with. */
function optionOf(path: string): string {
  return path.split(".", 1)[0] ?? "";
}

function titleOf(definition: JobDefinition): string {
  return `Cannot store job "${definition.name}"`;
}
