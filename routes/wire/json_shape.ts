import type { Issue } from "../../src/runtime/mod.ts";

/** Deepest nesting of a body: what is written out again by recursion must not overflow a stack. */
const MAX_DEPTH = 32;

/** What makes a parsed body unsafe to work with: nesting deeper than 32, keys named `__proto__`. */
export function shapeIssues(value: unknown, path = "", depth = 0): Issue[] {
  if (typeof value !== "object" || value === null) return [];
  if (depth >= MAX_DEPTH) return [{ path, message: `is nested deeper than ${MAX_DEPTH}` }];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = path === "" ? key : `${path}.${key}`;
    if (key === "__proto__") return [{ path: at, message: "is no name for a key" }];
    return shapeIssues(inner, at, depth + 1);
  });
}

/** Whether a parsed value is a JSON object. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
