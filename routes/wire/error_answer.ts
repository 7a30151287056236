import { z } from "zod";
import { CarillonError, type ErrorCode, messageOf } from "../../src/runtime/mod.ts";

const ERROR_CODES = [
  "invalid",
  "not_found",
  "overlap",
  "disabled",
  "has_dependents",
  "cycle",
  "stale",
  "too_large",
  "paused",
  "unauthorized",
  "forbidden",
  "unavailable",
  "internal",
] as const satisfies readonly ErrorCode[];

/** What every refused request is answered with. */
export const errorAnswerSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
/** What every refused request is answered with. */
export type ErrorAnswer = z.infer<typeof errorAnswerSchema>;

/** An error on the wire. */
export function errorAnswer(error: CarillonError): ErrorAnswer {
  const { code, message, issues } = error;
  return issues.length === 0 ? { code, message } : { code, message, issues: [...issues] };
}

/** The error that an answer says, or that its status alone implies where something else answered. */
export function readErrorAnswer(status: number, text: string): CarillonError {
  const parsed = errorAnswerSchema.safeParse(jsonOrUndefined(text));
  if (parsed.success) {
    const { code, message, issues } = parsed.data;
    return new CarillonError(code, message, { issues });
  }
  return new CarillonError(impliedCode(status), `HTTP ${status}: ${text.slice(0, 500)}`);
}

/** The error of a server that cannot be reached, or that speaks something else. */
export function unreachable(baseUrl: string, cause: unknown): CarillonError {
  return new CarillonError("unavailable", `Cannot reach ${baseUrl}: ${messageOf(cause)}`, { cause });
}

function impliedCode(status: number): ErrorCode {
  if (status === 401) return "unauthorized";
  if (status === 403) return "forbidden";
  if (status === 404) return "not_found";
  if (status === 412) return "stale";
  if (status === 413) return "too_large";
  return status < 500 ? "invalid" : "unavailable";
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
