import { folderOf } from "./layout.ts";
import { referencesOf } from "./reference.ts";
import type { Rule } from "./violation.ts";

/** The only place that prints. */
const PRINTERS = ["src/cli"];
/** The places that may end the process. */
const ENDERS = ["src/cli", "main.ts"];

/** Only src/cli prints; only it and main.ts end the process. */
export const printing: Rule = {
  name: "printing",
  check: (files) =>
    files.filter((file) => !file.isTest).flatMap((file) => {
      const folder = folderOf(file.path) ?? "";
      return referencesOf(file).flatMap(({ name, line }) => {
        const prints = /^(console\.\w+|Deno\.(stdout|stderr)|process\.(stdout|stderr))$/.test(name);
        if (prints && !PRINTERS.includes(folder)) {
          const remedy = "log through the Log handed in, or return the text for src/cli to print";
          return [{ path: file.path, line, problem: `prints with ${name}`, remedy }];
        }
        if (/^(Deno|process)\.exit$/.test(name) && !ENDERS.includes(folder)) {
          const remedy = "throw, or abort the signal; src/cli ends the process";
          return [{ path: file.path, line, problem: `ends the process with ${name}`, remedy }];
        }
        return [];
      });
    }),
};
