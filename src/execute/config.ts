import type { z } from "zod";
import { CarillonError, type Issue } from "../runtime/mod.ts";

/** A config of one typed shape, or the issues that keep it from being one. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; issues: Issue[] };

/** Reads a stored config with its schema. */
export function parseConfig<S extends z.ZodType>(schema: S, config: unknown): Parsed<z.output<S>> {
  const result = schema.safeParse(config);
  if (result.success) return { ok: true, value: result.data };
  const issues = result.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  return { ok: false, issues };
}

/** What `read` makes of one option; its `invalid` error becomes an issue of that option. */
export function parseOption<T>(path: string, read: () => T): Parsed<T> {
  try {
    return { ok: true, value: read() };
  } catch (thrown) {
    if (!(thrown instanceof CarillonError)) throw thrown;
    return { ok: false, issues: [{ path, message: thrown.message }] };
  }
}

/** Issues as the reason of a run that cannot begin. */
export function reasonOfIssues(executor: string, issues: readonly Issue[]): string {
  return `Cannot run ${executor}: ${issues.map(({ path, message }) => `${path} ${message}`).join("; ")}`;
}
