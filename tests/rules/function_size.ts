import { codeLines } from "./code_lines.ts";
import type { Node, SourceFile } from "./source_file.ts";
import type { Rule, Violation } from "./violation.ts";

/** Lines of code that a function may have of its own. */
const MOST_LINES = 60;

/**
 * A function fits on a screen. Counted are its own lines of code: not those of functions inside it, which are counted by
 * themselves, and not those of `createRoute` literals, which are tables.
 */
export const functionSize: Rule = {
  name: "function-size",
  check: (files) => files.filter((file) => !file.isTest).flatMap(checkFile),
};

function checkFile(file: SourceFile): Violation[] {
  const functions: Node[] = [
    ...file.all("FunctionDeclaration"),
    ...file.all("FunctionExpression"),
    ...file.all("ArrowFunctionExpression"),
  ];
  const tables = file.all("CallExpression").filter(({ callee }) =>
    callee.type === "Identifier" && callee.name === "createRoute"
  );
  const code = codeLines(file);
  return functions.flatMap((node) => {
    const inside = [...functions, ...tables].filter((other) => other !== node && contains(node, other));
    const lines = ownLines(file, node, inside, code);
    if (lines <= MOST_LINES) return [];
    return [{
      path: file.path,
      line: file.lineOf(node),
      problem: `has a function of ${lines} lines of code, more than ${MOST_LINES}`,
      remedy: "split off a step that has a name of its own",
    }];
  });
}

function contains(outer: Node, inner: Node): boolean {
  return outer.range[0] <= inner.range[0] && inner.range[1] <= outer.range[1];
}

/** Code lines of `node` without the lines that lie inside another; the first line of those is still its own. */
function ownLines(file: SourceFile, node: Node, inside: readonly Node[], code: ReadonlySet<number>): number {
  const skipped = new Set(inside.flatMap((other) => linesOf(file, other).slice(1)));
  return linesOf(file, node).filter((line) => code.has(line) && !skipped.has(line)).length;
}

function linesOf(file: SourceFile, { range }: Node): number[] {
  const first = file.lineAt(range[0]);
  return Array.from({ length: file.lineAt(range[1]) - first + 1 }, (_, index) => first + index);
}
