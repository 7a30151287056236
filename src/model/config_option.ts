import { z } from "zod";
import { messageOf, parseDuration } from "../runtime/mod.ts";

/** Texts that Go's `strconv.ParseBool` takes, as Dkron reads its options. */
const BOOL_TEXTS = new Map<string, boolean>([
  ...["1", "t", "T", "true", "TRUE", "True"].map((text) => [text, true] as const),
  ...["0", "f", "F", "false", "FALSE", "False"].map((text) => [text, false] as const),
]);

/** A boolean, or one of the texts that Go reads as one. */
export const boolOption = z.union([z.boolean(), z.string()], "must be true or false").transform((value, context) => {
  const bool = typeof value === "boolean" ? value : BOOL_TEXTS.get(value.trim());
  if (bool !== undefined) return bool;
  context.addIssue(`must be true or false, not "${value}"`);
  return z.NEVER;
});

/** Milliseconds of a Go duration text. */
export const durationOption = z.string("must be a duration like 1h30m, 90s or 500ms").transform((text, context) => {
  try {
    return parseDuration(text.trim());
  } catch (thrown) {
    context.addIssue(messageOf(thrown));
    return z.NEVER;
  }
});

/** A config without its blank options: what is empty, null or undefined was not set. */
export function withoutBlanks(config: unknown): unknown {
  if (typeof config !== "object" || config === null) return config;
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== "" && (value ?? null) !== null));
}
