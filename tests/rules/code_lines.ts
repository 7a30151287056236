import type { Comment, SourceFile } from "./source_file.ts";

/** The numbers of the lines that hold code: neither blank nor all comment. */
export function codeLines(file: SourceFile): Set<number> {
  let code = "";
  let end = 0;
  for (const { range } of sorted(file.comments)) {
    code += file.text.slice(end, range[0]) + file.text.slice(range[0], range[1]).replace(/[^\n]/g, " ");
    end = range[1];
  }
  code += file.text.slice(end);
  return new Set(code.split("\n").flatMap((line, index) => line.trim() === "" ? [] : [index + 1]));
}

function sorted(comments: readonly Comment[]): Comment[] {
  return comments.toSorted((a, b) => a.range[0] - b.range[0]);
}
