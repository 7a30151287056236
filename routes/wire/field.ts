import { z } from "zod";
import { messageOf, parseDuration } from "../../src/runtime/mod.ts";
import { readTime } from "./rfc3339.ts";

/** Longest name of a job, in bytes of UTF-8. */
const MAX_NAME_BYTES = 200;
/** Longest duration that a job may name: ten years. */
const MAX_DURATION_MS = 10 * 8_760 * 36e5;

/** A string; absent and null are empty, as in Go. */
export const text = z.string().nullish().transform((value) => value ?? "");

/** A boolean; absent and null are false, as in Go. */
export const flag = z.boolean().nullish().transform((value) => value ?? false);

/** A map of strings; absent and null are null, a null value is an empty string, as in Go. */
export const stringMap = z.record(z.string(), z.string().nullable().transform((value) => value ?? ""))
  .nullish().transform((value) => value ?? null);

/** Why a text cannot be a job's name; undefined when it can. */
export function nameProblem(name: string): string | undefined {
  if (name === "") return "cannot be empty";
  const illegal = Array.from(name).find((character) => !/^[\p{Ll}0-9_-]$/u.test(character));
  if (illegal !== undefined) return `contains illegal character ${JSON.stringify(illegal)}`;
  if (new TextEncoder().encode(name).length > MAX_NAME_BYTES) return `is longer than ${MAX_NAME_BYTES} bytes`;
  return undefined;
}

/** The name of a job. */
export const jobName = z.string().superRefine((name, context) => {
  const problem = nameProblem(name);
  if (problem) context.addIssue({ code: "custom", message: problem });
});

/** A Go duration of at least `minMs` milliseconds, as milliseconds. */
export function duration(minMs: number) {
  return z.string().transform((value, context) => {
    try {
      const ms = parseDuration(value);
      if (ms >= minMs && ms <= MAX_DURATION_MS) return ms;
      context.addIssue({ code: "custom", message: `"${value}" is not between ${minMs}ms and ten years` });
    } catch (thrown) {
      context.addIssue({ code: "custom", message: messageOf(thrown) });
    }
    return z.NEVER;
  });
}

/** A point in time, as epoch milliseconds; absent and null are null. */
export const moment = z.string().transform((value, context) => {
  const ms = readTime(value);
  if (ms !== undefined) return ms;
  context.addIssue({
    code: "custom",
    message: `"${value}" is neither RFC 3339 nor YYYY-MM-DDTHH:MM, within the years 0 to 9999`,
  });
  return z.NEVER;
}).nullish().transform((value) => value ?? null);

/** An IANA time zone, or Dkron's `Local`; absent, null and empty are empty. */
export const timezone = z.string().refine(isTimezone, { error: ({ input }) => `unknown time zone ${input}` })
  .nullish().transform((value) => value ?? "");

function isTimezone(zone: string): boolean {
  if (zone === "" || zone === "Local") return true;
  if (/^[+-]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
