import { type ImportEdge, importsOf } from "./import_edge.ts";
import { folderOf } from "./layout.ts";
import { KINDS } from "./owners.ts";
import { dottedName } from "./reference.ts";
import { boundNames, type SourceFile } from "./source_file.ts";
import type { Rule, Violation } from "./violation.ts";

/** A key has one owner: the store's `put<Kind>` and `delete<Kind>` are used by the kind's owner folders alone. */
export const keyOwners: Rule = {
  name: "key-owners",
  check: (files) =>
    files.filter((file) => !file.isTest).flatMap((file) =>
      folderOf(file.path) === "src/store" ? unknownKinds(file) : [...foreignWrites(file), ...rawWrites(file)]
    ),
};

const WRITER = /^(?:put|delete)([A-Z]\w*)$/;
/** What makes writers; the store keeps it to itself. */
const MAKER = "writersOf";

/** The writers that src/store exports must be of kinds in the table, else nobody guards them. */
function unknownKinds(file: SourceFile): Violation[] {
  return file.all("ExportNamedDeclaration").flatMap(({ declaration, range }) => {
    const names = declaration?.type === "FunctionDeclaration"
      ? [declaration.id?.name ?? ""]
      : declaration?.type === "VariableDeclaration"
      ? declaration.declarations.flatMap(({ id }) => boundNames(id))
      : [];
    return names.flatMap((name) => {
      const kind = WRITER.exec(name)?.[1];
      if (kind === undefined || kind in KINDS) return [];
      return [{
        path: file.path,
        line: file.lineAt(range[0]),
        problem: `exports ${name}, and the kind "${kind}" has no owner`,
        remedy: "add a row for it to tests/rules/owners.ts and to the table of keys",
      }];
    });
  });
}

/** Writers that a folder takes from the store, by name or through `import * as`. */
function foreignWrites(file: SourceFile): Violation[] {
  const edges = importsOf(file).filter((edge) => edge.target !== undefined && folderOf(edge.target) === "src/store");
  const named = edges.flatMap((edge) => edge.names.flatMap(({ imported }) => faultOf(file, imported, edge)));
  const members = file.all("MemberExpression").flatMap((node) => {
    const [object, property = "", ...rest] = (dottedName(node) ?? "").split(".");
    const edge = edges.find(({ namespace }) => namespace !== undefined && namespace === object);
    return edge && rest.length === 0 ? faultOf(file, property, { ...edge, line: file.lineOf(node) }) : [];
  });
  return [...named, ...members];
}

function faultOf(file: SourceFile, name: string, { line, reexport }: ImportEdge): Violation[] {
  const at = { path: file.path, line };
  if (name === MAKER) {
    return [{
      ...at,
      problem: `takes ${MAKER} of the store`,
      remedy: "export the writer from src/store, with an owner",
    }];
  }
  const row = KINDS[WRITER.exec(name)?.[1] ?? ""];
  if (!row) return [];
  if (reexport) {
    return [{ ...at, problem: `hands the store's ${name} on`, remedy: "export a function that says what it is for" }];
  }
  const folder = folderOf(file.path) ?? "";
  if (row.owners.includes(folder)) return [];
  const owners = row.owners.join(", ") || "src/store";
  return [{
    ...at,
    problem: `${folder} uses ${name}, but keys ["${row.head}", …] are written by ${owners} alone`,
    remedy: `call a function of ${owners}, or change the owner in tests/rules/owners.ts and in the table of keys`,
  }];
}

/** Writes into the bytes behind a change, past the typed writers. */
function rawWrites(file: SourceFile): Violation[] {
  return file.all("MemberExpression").flatMap((node) => {
    const name = dottedName(node) ?? "";
    if (!/\.change\.(set|delete)$/.test(name)) return [];
    const remedy = "use put<Kind> and delete<Kind> of the store";
    return [{
      path: file.path,
      line: file.lineOf(node),
      problem: `writes past the typed writers with ${name}`,
      remedy,
    }];
  });
}
