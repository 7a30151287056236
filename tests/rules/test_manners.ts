import { importsOf } from "./import_edge.ts";
import { dottedName, referencesOf } from "./reference.ts";
import type { Node, SourceFile } from "./source_file.ts";
import type { Rule, Violation } from "./violation.ts";

/** Where waiting and skipping are done for all tests. */
const SUPPORT = "tests/support/";

/** Tests run all, skip only with directions through tests/support, and wait for states instead of sleeping. */
export const testManners: Rule = {
  name: "test-manners",
  check: (files) =>
    files.filter((file) => file.isTest && !file.path.startsWith(SUPPORT)).flatMap((file) => [
      ...chosen(file),
      ...ignored(file),
      ...(/_test\.tsx?$/.test(file.path) ? sleeping(file) : []),
    ]),
};

const ONLY_REMEDY = "take it out, so that every test runs";
const IGNORE_REMEDY = "skip through a function of tests/support that says how to install what is missing";

/** `Deno.test.only(…)`, `it.skip(…)` and their like. */
function chosen(file: SourceFile): Violation[] {
  return file.all("CallExpression").flatMap(({ callee, range }) => {
    const name = dottedName(callee) ?? "";
    const found = /^(?:Deno\.test|t\.step|test|it|describe)\.(only|ignore|skip)$/.exec(name);
    if (!found) return [];
    const remedy = found[1] === "only" ? ONLY_REMEDY : IGNORE_REMEDY;
    return [{ path: file.path, line: file.lineAt(range[0]), problem: `calls ${name}`, remedy }];
  });
}

/** `only: true` and `ignore: …` among the options of a test. */
function ignored(file: SourceFile): Violation[] {
  const support = importsOf(file).filter((edge) => edge.target?.startsWith(SUPPORT)).flatMap((edge) =>
    edge.names.map((name) => name.local)
  );
  return file.all("Property").flatMap((node) => {
    const key = node.key.type === "Identifier" ? node.key.name : "";
    if ((key !== "only" && key !== "ignore") || !isTestOption(node)) return [];
    const { value } = node;
    if (value.type === "Literal" && value.value === false) return [];
    if (key === "ignore" && support.some((name) => mentions(file, value, name))) return [];
    const remedy = key === "only" ? ONLY_REMEDY : IGNORE_REMEDY;
    return [{ path: file.path, line: file.lineOf(node), problem: `sets ${key} on a test`, remedy }];
  });
}

function isTestOption({ parent }: { parent: Node }): boolean {
  const call = parent.type === "ObjectExpression" ? parent.parent : undefined;
  return call?.type === "CallExpression" &&
    /^(Deno\.test|test|it|describe|(t|step|\w+)\.step)$/.test(dottedName(call.callee) ?? "");
}

function mentions(file: SourceFile, value: Node, name: string): boolean {
  return file.all("Identifier").some((id) =>
    id.name === name && value.range[0] <= id.range[0] && id.range[1] <= value.range[1]
  );
}

function sleeping(file: SourceFile): Violation[] {
  const remedy = "wait with eventually() of tests/support, await an event, or move a fake clock";
  const timers = importsOf(file).filter(({ specifier }) => /^node:timers/.test(specifier));
  const named = referencesOf(file).filter(({ name }) =>
    ["setTimeout", "setInterval"].includes(name) ||
    (name === "systemClock.sleep" && !file.path.startsWith("src/runtime/"))
  );
  return [...timers.map(({ specifier, line }) => ({ name: specifier, line })), ...named].map(({ name, line }) => ({
    path: file.path,
    line,
    problem: `waits for time to pass with ${name}`,
    remedy,
  }));
}
