import type { Node, NodeOf, SourceFile } from "./source_file.ts";

/** A place where the code reaches for something by its dotted name. */
export interface Reference {
  /** `Date.now`, `setTimeout`; a leading `globalThis.` is left out. */
  name: string;
  line: number;
}

/** Every global and dotted member that a file mentions as a value: `Date.now`, `Deno.env`, `setTimeout`. */
export function referencesOf(file: SourceFile): Reference[] {
  const members = file.all("MemberExpression").flatMap((node) => {
    const name = dottedName(node);
    return name === undefined
      ? []
      : [{ name: name.replace(/^(globalThis|self|window)\./, ""), line: file.lineOf(node) }];
  });
  const bare = file.all("Identifier").filter(isValue).map((node) => ({ name: node.name, line: file.lineOf(node) }));
  return [...members, ...bare];
}

/** `a.b.c` of member accesses whose parts are plain names, undefined for anything else. */
export function dottedName(node: Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression") return undefined;
  const object = dottedName(node.object);
  const property = node.computed ? literalOf(node.property) : node.property.type === "Identifier" && node.property.name;
  return object !== undefined && typeof property === "string" ? `${object}.${property}` : undefined;
}

function literalOf(node: Node): string | undefined {
  return node.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}

/** False for names of properties and for type positions: those are not the global of that name. */
function isValue(node: NodeOf<"Identifier">): boolean {
  const parent = node.parent;
  switch (parent.type) {
    case "MemberExpression":
      return parent.object.range[0] === node.range[0] || parent.computed;
    case "Property":
      return parent.shorthand || parent.computed || parent.key.range[0] !== node.range[0];
    case "MethodDefinition":
    case "PropertyDefinition":
      return parent.computed || parent.key.range[0] !== node.range[0];
    case "TSPropertySignature":
    case "TSMethodSignature":
    case "TSTypeQuery":
    case "TSQualifiedName":
    case "TSTypeReference":
    case "ImportSpecifier":
    case "ExportSpecifier":
      return false;
    default:
      return true;
  }
}
