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
  "too_many",
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

/** Longest text of an answer, in UTF-16 units, and most issues: a big bad request is not answered at many times its size. */
const MAX_TEXT = 1_000, MAX_ISSUES = 100;

/** An error on the wire. */
export function errorAnswer(error: CarillonError): ErrorAnswer {
  const { code, issues } = error;
  const message = shortened(error.message);
  if (issues.length === 0) return { code, message };
  const shown = issues.slice(0, MAX_ISSUES).map((issue) => ({
    path: shortened(issue.path),
    message: shortened(issue.message),
  }));
  return { code, message, issues: shown };
}

function shortened(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
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
  // Of a proxy that says: later. What is invalid is not sent again, and these are to be.
  if (status === 408 || status === 425 || status === 429) return "unavailable";
  return status < 500 ? "invalid" : "unavailable";
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
