import { type Node, type NodeType, parentOf, type SourceFile } from "./source_file.ts";
import type { Rule, Violation } from "./violation.ts";

/** How deep `if`, loops, `switch` and `try` may stand in each other. */
const DEEPEST = 3;

const BLOCKS = [
  "IfStatement",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
  "SwitchStatement",
  "TryStatement",
] as const satisfies readonly NodeType[];

/** Control blocks nest three deep at most in a function. */
export const nesting: Rule = {
  name: "nesting",
  check: (files) => files.filter((file) => !file.isTest).flatMap(checkFile),
};

function checkFile(file: SourceFile): Violation[] {
  return BLOCKS.flatMap((type): Node[] => file.all(type)).flatMap((node) => {
    if (isElseIf(node) || depthOf(node) !== DEEPEST + 1) return [];
    return [{
      path: file.path,
      line: file.lineOf(node),
      problem: `nests control blocks more than ${DEEPEST} deep`,
      remedy: "return early, or name the inner part as a function",
    }];
  });
}

/** How many control blocks of the same function hold the node, itself included; `else if` goes no deeper. */
function depthOf(node: Node): number {
  let depth = 0;
  for (let at: Node | undefined = node; at !== undefined && !/Function/.test(at.type); at = parentOf(at)) {
    const { type } = at;
    if (BLOCKS.some((block) => block === type) && !isElseIf(at)) depth++;
  }
  return depth;
}

function isElseIf(node: Node): boolean {
  if (node.type !== "IfStatement" || node.parent.type !== "IfStatement") return false;
  const { alternate } = node.parent;
  return alternate !== null && alternate.range[0] === node.range[0];
}
