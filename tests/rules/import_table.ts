import { type ImportEdge, importsOf } from "./import_edge.ts";
import { folderOf, type FolderRow, LAYOUT } from "./layout.ts";
import type { SourceFile } from "./source_file.ts";
import type { Rule, Violation } from "./violation.ts";

/** A folder imports what its row of the layout table allows, and nothing but a test imports a test. */
export const importTable: Rule = {
  name: "import-table",
  check: (files) => files.filter((file) => !file.isTest).flatMap(checkFile),
};

function checkFile(file: SourceFile): Violation[] {
  const folder = folderOf(file.path);
  const row = folder === undefined ? undefined : LAYOUT[folder];
  if (!folder || !row) return []; // known_folders reports it
  return importsOf(file).flatMap((edge) => {
    const found = edge.target === undefined
      ? packageFault(row, folder, edge)
      : fileFault(row, folder, edge.target, edge);
    return found ? [{ path: file.path, line: edge.line, ...found }] : [];
  });
}

type Fault = Pick<Violation, "problem" | "remedy">;

function packageFault(row: FolderRow, folder: string, { specifier }: ImportEdge): Fault | undefined {
  const banned = row.without?.find((name) => specifier === name || specifier.startsWith(`${name}/`));
  if (!banned) return undefined;
  return { problem: `${folder} must do without "${banned}"`, remedy: "move what needs it to the folder that calls" };
}

function fileFault(row: FolderRow, folder: string, target: string, edge: ImportEdge): Fault | undefined {
  if (!/\.[jt]sx?$/.test(target)) return undefined;
  if (/_test\.tsx?$/.test(target) || target.startsWith("tests/")) {
    return { problem: `imports the test file ${target}`, remedy: "move what both need into the code itself" };
  }
  const to = folderOf(target);
  if (to === folder || (to !== undefined && row.imports.includes(to))) return undefined;
  if (to !== undefined && row.types?.includes(to)) {
    if (edge.typeOnly) return undefined;
    return { problem: `${folder} may import only types of ${to}`, remedy: "write `import type`" };
  }
  const allowed = [...row.imports, ...(row.types ?? []).map((name) => `${name} (types)`)].join(", ") || "nothing";
  return {
    problem: `${folder} may not import ${to ?? target}`,
    remedy: `take it by parameter, or move the code; ${folder} may import: ${allowed} (tests/rules/layout.ts)`,
  };
}
