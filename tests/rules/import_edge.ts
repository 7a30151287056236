import type { NodeOf, SourceFile } from "./source_file.ts";

/** One import or re-export. */
export interface ImportEdge {
  /** The specifier as written: `../kv/mod.ts`, `hono`. */
  specifier: string;
  /** The path from the root of the file meant, undefined for a package. */
  target: string | undefined;
  /** True when nothing of it is left at run time. */
  typeOnly: boolean;
  /** True for `export … from`. */
  reexport: boolean;
  /** Names asked for, as the other file calls them, with the names they get here; empty for `*` and dynamic imports. */
  names: readonly { imported: string; local: string }[];
  /** The name of `import * as name`. */
  namespace?: string | undefined;
  line: number;
}

/** Every import of a file: static, dynamic with a literal, `export … from`, and `import("…")` types. */
export function importsOf(file: SourceFile): ImportEdge[] {
  const edges = [
    ...file.all("ImportDeclaration").map((node) => ({ node, ...ofImport(node) })),
    ...file.all("ExportNamedDeclaration").flatMap((node) => node.source ? [{ node, ...ofExport(node) }] : []),
    ...file.all("ExportAllDeclaration").map((node) => ({
      node,
      specifier: node.source.value,
      typeOnly: node.exportKind === "type",
      reexport: true,
      names: [],
    })),
    ...file.all("ImportExpression").map((node) => ({
      node,
      specifier: textOf(node.source),
      typeOnly: false,
      reexport: false,
      names: [],
    })),
    ...file.all("TSImportType").map((node) => ({
      node,
      specifier: node.argument.type === "TSLiteralType" ? textOf(node.argument.literal) : "",
      typeOnly: true,
      reexport: false,
      names: [],
    })),
  ];
  return edges.filter((edge) => edge.specifier !== "").map(({ node, ...edge }) => ({
    ...edge,
    target: resolve(file.path, edge.specifier),
    line: file.lineOf(node),
  }));
}

/** The path from the root that a relative specifier means, undefined for a package. */
function resolve(from: string, specifier: string): string | undefined {
  if (!/^\.{0,2}\//.test(specifier)) return undefined;
  return decodeURI(new URL(specifier, `file:///${from}`).pathname.slice(1));
}

function ofImport(node: NodeOf<"ImportDeclaration">): Omit<ImportEdge, "line" | "target"> {
  const named = node.specifiers.filter((one) => one.type === "ImportSpecifier");
  const allTypes = named.length > 0 && named.length === node.specifiers.length &&
    named.every((one) => one.importKind === "type");
  return {
    specifier: node.source.value,
    typeOnly: node.importKind === "type" || allTypes,
    reexport: false,
    names: named.map((one) => ({ imported: nameOf(one.imported), local: one.local.name })),
    namespace: node.specifiers.find((one) => one.type === "ImportNamespaceSpecifier")?.local.name,
  };
}

function ofExport(node: NodeOf<"ExportNamedDeclaration">): Omit<ImportEdge, "line" | "target"> {
  const allTypes = node.specifiers.length > 0 && node.specifiers.every((one) => one.exportKind === "type");
  return {
    specifier: node.source?.value ?? "",
    typeOnly: node.exportKind === "type" || allTypes,
    reexport: true,
    names: node.specifiers.map((one) => ({ imported: nameOf(one.local), local: nameOf(one.exported) })),
  };
}

function nameOf(node: Deno.lint.Identifier | Deno.lint.StringLiteral): string {
  return node.type === "Identifier" ? node.name : node.value;
}

function textOf(node: Deno.lint.Node): string {
  return node.type === "Literal" && typeof node.value === "string" ? node.value : "";
}
