import { importsOf } from "./import_edge.ts";
import { folderOf, LAYOUT } from "./layout.ts";
import type { SourceFile } from "./source_file.ts";
import type { Rule, Violation } from "./violation.ts";

/** Every file of src and routes lies in a folder of the layout table, and a folder others use has a `mod.ts`. */
export const knownFolders: Rule = {
  name: "known-folders",
  check: (files) => [...strays(files), ...withoutEntry(files)],
};

function strays(files: readonly SourceFile[]): Violation[] {
  return files.filter((file) => folderOf(file.path) === undefined).map((file) => ({
    path: file.path,
    line: 1,
    problem: "lies in no folder of the layout table",
    remedy: "move it to one, or add a row to tests/rules/layout.ts and to the architecture's table",
  }));
}

function withoutEntry(files: readonly SourceFile[]): Violation[] {
  const paths = new Set(files.map((file) => file.path));
  const missing = new Map<string, Violation>();
  for (const file of files) {
    if (file.isTest) continue;
    for (const { target, line } of importsOf(file)) {
      const folder = target === undefined ? undefined : folderOf(target);
      if (folder === undefined || folder === "tests" || folder === folderOf(file.path)) continue;
      if (LAYOUT[folder]?.open || paths.has(`${folder}/mod.ts`) || missing.has(folder)) continue;
      missing.set(folder, {
        path: file.path,
        line,
        problem: `imports from ${folder}, which has no mod.ts`,
        remedy: `write ${folder}/mod.ts with what the folder offers`,
      });
    }
  }
  return [...missing.values()];
}
