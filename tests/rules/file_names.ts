import type { Rule, Violation } from "./violation.ts";

/** Names that say nothing about what is inside. */
const BANNED = ["utils", "util", "helpers", "helper", "lib", "common", "misc", "types"];

/** Files and folders are snake_case and named after what they hold. */
export const fileNames: Rule = {
  name: "file-names",
  check: (files) =>
    files.flatMap(({ path }): Violation[] => {
      const parts = path.split("/").map((part) => part.replace(/\.tsx?$/, ""));
      const found: Violation[] = [];
      const banned = parts.find((part) => BANNED.includes(part.replace(/_test$/, "").replace(/^_/, "")));
      if (banned !== undefined) {
        found.push({
          path,
          line: 1,
          problem: `is called "${banned}", which says nothing`,
          remedy: "name it after the one thing it holds",
        });
      }
      if (!parts.every((part) => /^_?[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(part))) {
        found.push({ path, line: 1, problem: "is not in snake_case", remedy: "rename it like_this.ts" });
      }
      return found;
    }),
};
