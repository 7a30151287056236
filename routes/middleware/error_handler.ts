import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { z } from "zod";
import { CarillonError, type Log, messageOf } from "../../src/runtime/mod.ts";
import { answer } from "../answer.ts";
import { errorAnswer } from "../wire/error_answer.ts";
import { issuesOf, refused } from "../wire/read_job.ts";
import { STATUS_OF } from "./status.ts";

/** Answers whatever a handler threw: known errors as they are, the rest as `internal`, logged and without their words. */
export function errorHandler(log: Log) {
  return (thrown: unknown, context: Context): Response => {
    const error = knownError(thrown);
    if (error.code === "internal") {
      log.error(`Cannot answer ${context.req.method} ${context.req.path}: ${messageOf(thrown)}`, { error: thrown });
    }
    return refusal(context, error);
  };
}

/** The answer to a refused request. */
export function refusal(context: Context, error: CarillonError): Response {
  const headers: Record<string, string> = error.code === "unauthorized" ? { "www-authenticate": "Bearer" } : {};
  if (error.retryAfterMs !== undefined) headers["retry-after"] = String(Math.ceil(error.retryAfterMs / 1_000));
  return answer(context, errorAnswer(error), STATUS_OF[error.code], headers);
}

function knownError(thrown: unknown): CarillonError {
  if (thrown instanceof CarillonError && thrown.code !== "internal") return thrown;
  if (thrown instanceof z.ZodError) return refused("Cannot read request", issuesOf(thrown));
  if (thrown instanceof HTTPException && thrown.status < 500) return new CarillonError("invalid", thrown.message);
  return new CarillonError("internal", "Cannot answer: an internal error, see the server's log");
}
