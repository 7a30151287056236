import { boundNames, type Node, type NodeOf, type SourceFile } from "./source_file.ts";
import type { Rule, Violation } from "./violation.ts";

/** Every export of src and routes has its sentence of documentation directly before it. */
export const documentation: Rule = {
  name: "documentation",
  check: (files) => files.filter((file) => !file.isTest).flatMap(checkFile),
};

function checkFile(file: SourceFile): Violation[] {
  return file.body.flatMap((node, index) => {
    const names = exportedNames(node);
    const before = file.body[index - 1];
    if (names.length === 0 || isDocumented(file, node) || isFollowUp(node, before) || isInParagraph(file, index)) {
      return [];
    }
    return [{
      path: file.path,
      line: file.lineOf(node),
      problem: `exports ${names.join(", ")} without documentation`,
      remedy: "write one plain sentence as /** … */ directly before it",
    }];
  });
}

/** What a statement exports by declaring it; re-exports are documented where they come from. */
function exportedNames(node: Deno.lint.Statement): string[] {
  if (node.type === "ExportDefaultDeclaration") return ["default"];
  if (node.type !== "ExportNamedDeclaration" || !node.declaration) return [];
  const declared = node.declaration;
  if (declared.type === "VariableDeclaration") {
    return declared.declarations.flatMap(({ id }) => boundNames(id));
  }
  return [declared.id?.type === "Identifier" ? declared.id.name : "(unnamed)"];
}

function isDocumented(file: SourceFile, node: Node): boolean {
  const doc = file.comments.findLast((comment) =>
    comment.type === "Block" && comment.value.startsWith("*") && comment.range[1] <= node.range[0]
  );
  if (!doc) return false;
  const between = file.text.slice(doc.range[1], node.range[0]);
  return /^(\s|\/\/ deno-lint-ignore.*\n|@[\w.()]+)*$/.test(between);
}

/** One of several one-line constants that stand directly below each other: the first one's sentence is all of theirs. */
function isInParagraph(file: SourceFile, index: number): boolean {
  for (let at = index; at > 0; at--) {
    const node = file.body[at], before = file.body[at - 1];
    if (!node || !before || !isConstant(node) || !isConstant(before)) return false;
    if (!/^\n$/.test(file.text.slice(before.range[1], node.range[0]))) return false;
    if (isDocumented(file, before)) return true;
  }
  return false;
}

function isConstant(node: Deno.lint.Statement): boolean {
  return node.type === "ExportNamedDeclaration" && node.declaration?.type === "VariableDeclaration";
}

/** A further overload, or the type inferred from the thing just before: both share its documentation. */
function isFollowUp(node: Deno.lint.Statement, before: Deno.lint.Statement | undefined): boolean {
  if (!before || node.type !== "ExportNamedDeclaration" || !node.declaration) return false;
  const names = exportedNames(before);
  if (before.type === "ExportNamedDeclaration" && before.declaration?.type === "TSDeclareFunction") {
    return exportedNames(node).some((name) => names.includes(name));
  }
  return node.declaration.type === "TSTypeAliasDeclaration" &&
    queriedNames(node.declaration).some((name) => names.includes(name));
}

/** The names that a type asks for with `typeof`. */
function queriedNames(alias: NodeOf<"TSTypeAliasDeclaration">): string[] {
  const found: string[] = [];
  const visit = (node: Deno.lint.TypeNode) => {
    if (node.type === "TSTypeQuery" && node.exprName.type === "Identifier") found.push(node.exprName.name);
    if (node.type === "TSIndexedAccessType") visit(node.objectType);
    if (node.type === "TSTypeReference") node.typeArguments?.params.forEach(visit);
  };
  visit(alias.typeAnnotation);
  return found;
}
