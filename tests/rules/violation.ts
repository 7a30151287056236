import type { SourceFile } from "./source_file.ts";

/** One breach of a house rule: where it is, what is wrong, and what to do about it. */
export interface Violation {
  /** Path from the repository's root. */
  path: string;
  /** Line in the file, from 1. */
  line: number;
  problem: string;
  remedy: string;
}

/** A house rule: a name, and a pure check of the whole source tree. */
export interface Rule {
  name: string;
  check(files: readonly SourceFile[]): Violation[];
}

/** A violation as one line of a failure message: `src/a/b.ts:12 [rule] problem. Do: remedy`. */
export function formatViolation(rule: Rule, violation: Violation): string {
  const { path, line, problem, remedy } = violation;
  return `${path}:${line} [${rule.name}] ${problem}. Do: ${remedy}`;
}
