import type { Rule } from "./violation.ts";

/** Comments leave no work behind. */
export const marks: Rule = {
  name: "marks",
  check: (files) =>
    files.flatMap((file) =>
      file.comments.flatMap((comment) => {
        const mark = /\b(TODO|FIXME|XXX|HACK)\b/.exec(comment.value);
        if (!mark) return [];
        // `value` starts after the two characters that open the comment.
        const line = file.lineAt(comment.range[0] + 2 + mark.index);
        return [{
          path: file.path,
          line,
          problem: `says ${mark[1]}`,
          remedy: "do it now, or say it in the closing note",
        }];
      })
    ),
};
