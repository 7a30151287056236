import assert from "node:assert/strict";
import { z } from "zod";
import { errorAnswerSchema } from "../../routes/wire/error_answer.ts";
import { type ExecutionAnswer, executionAnswerSchema } from "../../routes/wire/execution_answer.ts";
import { type JobAnswer, jobAnswerSchema } from "../../routes/wire/job_answer.ts";
import type { App } from "./open_app.ts";

/** A job that runs `echo hi` at midnight, with changes. */
export function shellJob(name: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  const executor_config = { command: "echo hi" };
  return { name, schedule: "0 0 0 * * *", executor: "shell", executor_config, ...changes };
}

/** Sends a body as it is, or as JSON when it is no string. */
export function send(app: App, method: string, path: string, body?: unknown, headers?: HeadersInit): Promise<Response> {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  return app.request(path, { method, body: text, headers });
}

/** Stores a job, which must succeed. */
export async function store(app: App, body: Record<string, unknown>): Promise<JobAnswer> {
  return await readJob(await send(app, "POST", "/v1/jobs", body), 201);
}

/** The answer's job, when its status is as expected. */
export async function readJob(response: Response, status = 200): Promise<JobAnswer> {
  return jobAnswerSchema.parse(await readJson(response, status));
}

/** The answer's jobs. */
export async function readJobs(response: Response): Promise<JobAnswer[]> {
  return z.array(jobAnswerSchema).parse(await readJson(response, 200));
}

/** The answer's executions. */
export async function readExecutions(response: Response): Promise<ExecutionAnswer[]> {
  return z.array(executionAnswerSchema).parse(await readJson(response, 200));
}

/** The answer's body, when its status is as expected. */
export async function readJson(response: Response, status: number): Promise<unknown> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  return JSON.parse(text);
}

/** Checks that a request was refused with a status and code; answers the paths of its issues. */
export async function refusedWith(response: Response, status: number, code: string): Promise<string[]> {
  const error = errorAnswerSchema.parse(await readJson(response, status));
  assert.equal(error.code, code);
  assert.notEqual(error.message, "");
  return (error.issues ?? []).map((issue) => issue.path);
}
