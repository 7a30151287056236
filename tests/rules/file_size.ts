import { codeLines } from "./code_lines.ts";
import type { Rule } from "./violation.ts";

/** Lines of code that a file may have; blank lines and comments are free. */
const MOST_LINES = 250;
/** Lines of code that `main.ts` may have. */
const MOST_LINES_OF_MAIN = 15;

/** Every word of the web UI: one file, so that another language is another file. */
const WORDS = "src/ui/english.ts";

/** A file holds one thing, so it stays short. */
export const fileSize: Rule = {
  name: "file-size",
  check: (files) =>
    files.flatMap((file) => {
      const most = file.path === "main.ts" ? MOST_LINES_OF_MAIN : MOST_LINES;
      const lines = codeLines(file);
      if (lines.size <= most || file.path === WORDS) return [];
      return [{
        path: file.path,
        line: [...lines][most] ?? 1,
        problem: `has ${lines.size} lines of code, more than ${most}`,
        remedy: "split off a part that has a name of its own",
      }];
    }),
};
