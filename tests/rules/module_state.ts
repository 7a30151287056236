import type { Rule } from "./violation.ts";

/** A module holds no variable of its own: no `let` or `var` at its top. */
export const moduleState: Rule = {
  name: "module-state",
  check: (files) =>
    files.filter((file) => !file.isTest).flatMap((file) =>
      file.all("VariableDeclaration").filter((node) => {
        const outer = node.parent.type === "ExportNamedDeclaration" ? node.parent.parent : node.parent;
        return outer.type === "Program" && (node.kind === "let" || node.kind === "var");
      }).map((node) => ({
        path: file.path,
        line: file.lineOf(node),
        problem: `has a module-level ${node.kind}`,
        remedy: "make it a field of the object that needs it, created where things are assembled",
      }))
    ),
};
