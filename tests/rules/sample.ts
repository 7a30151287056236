import { SourceFile } from "./source_file.ts";
import type { Rule } from "./violation.ts";

/** The places (`path:line`) where a rule finds fault with a small tree of path to text. */
export function findIn(rule: Rule, tree: Record<string, string>): string[] {
  const files = Object.entries(tree).map(([path, text]) => SourceFile.parse(path, text));
  return rule.check(files).map((violation) => `${violation.path}:${violation.line}`);
}
