import { importsOf } from "./import_edge.ts";
import { folderOf, isPrivate, LAYOUT } from "./layout.ts";
import type { Rule, Violation } from "./violation.ts";

/** Other folders come in through `mod.ts`, and `_private.ts` is for its own folder. */
export const entryPoints: Rule = {
  name: "entry-points",
  check: (files) =>
    files.flatMap((file) =>
      importsOf(file).flatMap(({ target, line }): Violation[] => {
        if (target === undefined) return [];
        if (isPrivate(target) && !file.path.startsWith(target.slice(0, target.lastIndexOf("/") + 1))) {
          return [{
            path: file.path,
            line,
            problem: `imports ${target}, which is private to its folder`,
            remedy: "have its folder export what is needed",
          }];
        }
        if (file.isTest || isOpen(file.path, target)) return [];
        return [{
          path: file.path,
          line,
          problem: `reaches past the entry point of ${folderOf(target)} to ${target}`,
          remedy: `import from ${folderOf(target)}/mod.ts, and export it there when it is missing`,
        }];
      })
    ),
};

function isOpen(from: string, target: string): boolean {
  const folder = folderOf(target);
  if (folder === undefined || folder === "tests" || folder === folderOf(from)) return true;
  return target === `${folder}/mod.ts` || (LAYOUT[folder]?.open ?? false) || !/\.[jt]sx?$/.test(target);
}
