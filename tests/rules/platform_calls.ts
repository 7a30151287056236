import { importsOf } from "./import_edge.ts";
import { folderOf } from "./layout.ts";
import { referencesOf } from "./reference.ts";
import type { SourceFile } from "./source_file.ts";
import type { Rule, Violation } from "./violation.ts";

/** What of the platform is handed in, and how it is asked for instead. */
const HANDED_IN: Readonly<Record<string, string>> = {
  "Date.now": "clock.now()",
  "performance.now": "clock.monotonic()",
  "setTimeout": "clock.sleep()",
  "setInterval": "a loop over clock.sleep()",
  "Math.random": "random.next()",
  "crypto.randomUUID": "an id from random",
  "crypto.getRandomValues": "random.bytes()",
  "Deno.env": "the parsed settings",
  "process.env": "the parsed settings",
};

/** The same things under the names of Node's modules. */
const HANDED_IN_MODULES: Readonly<Record<string, RegExp>> = {
  "node:timers": /./,
  "node:timers/promises": /./,
  "node:crypto": /^(random|getRandomValues)/,
};

/** Time, randomness, timers and the environment are touched in src/runtime only, and handed in elsewhere. */
export const platformCalls: Rule = {
  name: "platform-calls",
  check: (files) =>
    files.filter((file) => !file.isTest && folderOf(file.path) !== "src/runtime").flatMap((file) => [
      ...referencesOf(file).flatMap(({ name, line }) => {
        const found = Object.entries(HANDED_IN).find(([key]) => name === key);
        return found ? [violation(file, line, found[0], found[1])] : [];
      }),
      ...unsetDates(file),
      ...modules(file),
    ]),
};

function violation(file: SourceFile, line: number, what: string, instead: string): Violation {
  const remedy = `take the clock, randomness or settings by parameter and use ${instead}`;
  return { path: file.path, line, problem: `uses ${what} outside src/runtime`, remedy };
}

/** `new Date()` and `Date()`, which read the clock. */
function unsetDates(file: SourceFile): Violation[] {
  return [...file.all("NewExpression"), ...file.all("CallExpression")]
    .filter(({ type, callee, arguments: given }) =>
      callee.type === "Identifier" && callee.name === "Date" && (type === "CallExpression" || given.length === 0)
    )
    .map((node) => violation(file, file.lineOf(node), "new Date()", "new Date(clock.now())"));
}

function modules(file: SourceFile): Violation[] {
  return importsOf(file).flatMap(({ specifier, names, line, typeOnly }) => {
    const pattern = HANDED_IN_MODULES[specifier];
    const found = typeOnly ? undefined : names.find((name) => pattern?.test(name.imported));
    return found ? [violation(file, line, `${found.imported} of ${specifier}`, "what src/runtime offers")] : [];
  });
}
