import { folderOf, LAYOUT } from "./layout.ts";
import { KINDS, OWN_HEADS } from "./owners.ts";
import type { NodeOf, SourceFile } from "./source_file.ts";
import type { Rule, Violation } from "./violation.ts";

const STORED_HEADS = new Set(Object.values(KINDS).map((kind) => kind.head));

/** Keys are built in src/store alone; `["slot", …]` is the kv's own, `["bell", …]` the bell's. */
export const keyLiterals: Rule = {
  name: "key-literals",
  check: (files) => files.filter((file) => !file.isTest && reachesKv(file)).flatMap(checkFile),
};

/** A folder that sees neither kv nor store cannot do anything with a key: its arrays are words of its own. */
function reachesKv(file: SourceFile): boolean {
  const folder = folderOf(file.path) ?? "";
  const row = LAYOUT[folder];
  return folder === "src/kv" || (row?.imports.some((name) => name === "src/kv" || name === "src/store") ?? false);
}

function checkFile(file: SourceFile): Violation[] {
  return file.all("ArrayExpression").flatMap((node) => {
    const head = headOf(node);
    if (head === undefined || !looksLikeKey(node)) return [];
    const owner = STORED_HEADS.has(head) ? "src/store" : OWN_HEADS[head];
    if (owner === undefined || owner === folderOf(file.path)) return [];
    return [{
      path: file.path,
      line: file.lineOf(node),
      problem: `builds a key ["${head}", …], which belongs to ${owner}`,
      remedy: owner === "src/store" ? "use or add a builder in src/store" : `leave it to ${owner}`,
    }];
  });
}

function headOf(node: NodeOf<"ArrayExpression">): string | undefined {
  const first = node.elements[0];
  return first?.type === "Literal" && typeof first.value === "string" ? first.value : undefined;
}

/** A list of words (`["job", "node"]`) and the path of an issue (`path: ["job"]`) are no keys. */
function looksLikeKey(node: NodeOf<"ArrayExpression">): boolean {
  const { parent } = node;
  if (parent.type === "Property" && parent.key.type === "Identifier" && parent.key.name === "path") return false;
  const isWord = (element: Deno.lint.Node) => element.type === "Literal" && typeof element.value === "string";
  return node.elements.length === 1 || !node.elements.every(isWord);
}
