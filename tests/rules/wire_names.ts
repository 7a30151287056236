import { folderOf } from "./layout.ts";
import { type Node, parentOf, type SourceFile } from "./source_file.ts";
import type { Rule, Violation } from "./violation.ts";

const SNAKE = /^[a-z][a-z0-9]*(_[a-z0-9]+)+$/;

/**
 * Property names in snake_case stay in routes/wire. Free are the names of executors' options (src/execute,
 * src/model/*_config.ts), the editor of a job's body with the names of its fields (src/ui), what an
 * OpenID provider is asked (src/auth/oidc.ts), and words that src/model or src/runtime define as string values (`timed_out`, `not_found`),
 * for tables keyed by them.
 */
export const wireNames: Rule = {
  name: "wire-names",
  check: (files) => {
    const values = valueWords(files);
    return files.filter((file) => !file.isTest && !isExempt(file.path)).flatMap((file) =>
      propertyNames(file).filter(({ name }) => SNAKE.test(name) && !values.has(name)).map((
        { name, line },
      ): Violation => ({
        path: file.path,
        line,
        problem: `has the wire name "${name}" as a property`,
        remedy: "call it in camelCase and map it in routes/wire",
      }))
    );
  },
};

function isExempt(path: string): boolean {
  const folder = folderOf(path);
  if (path === "src/ui/english.ts" || path === "src/auth/oidc.ts" || path.startsWith("src/ui/pages/editor")) {
    return true;
  }
  return folder === "routes/wire" || folder === "src/execute" || /^src\/model\/.*_config\.ts$/.test(path);
}

/** Strings in the models and the errors: states, reasons, codes. */
function valueWords(files: readonly SourceFile[]): Set<string> {
  const sources = files.filter((file) => /^src\/(model|runtime)\//.test(file.path) && !file.isTest);
  return new Set(
    sources.flatMap((file) =>
      file.all("Literal").flatMap((node) => typeof node.value === "string" && !isKey(node) ? [node.value] : [])
    ),
  );
}

/** True for a quoted name of a property: `{ "foo_bar": 1 }`. */
function isKey(node: Node): boolean {
  const parent = parentOf(node);
  return parent !== undefined && "key" in parent && parent.key?.range[0] === node.range[0];
}

function propertyNames(file: SourceFile): { name: string; line: number }[] {
  const keyed = [
    ...file.all("Property"),
    ...file.all("PropertyDefinition"),
    ...file.all("MethodDefinition"),
    ...file.all("TSPropertySignature"),
    ...file.all("TSMethodSignature"),
  ].filter((node) => !node.computed).map((node) => node.key);
  const accessed = file.all("MemberExpression").filter((node) => !node.computed).map((node) => node.property);
  return [...keyed, ...accessed].flatMap((node: Node) => {
    const name = node.type === "Identifier" ? node.name : node.type === "Literal" ? String(node.value) : undefined;
    return name === undefined ? [] : [{ name, line: file.lineOf(node) }];
  });
}
