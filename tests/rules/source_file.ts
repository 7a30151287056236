/** A node of a parsed file. Deno's own union forgets `TSParameterProperty`. */
export type Node = Deno.lint.Node | Deno.lint.TSParameterProperty;
/** The name of a kind of node. */
export type NodeType = Node["type"];
/** The node of one kind. */
export type NodeOf<T extends NodeType> = Extract<Node, { type: T }>;
/** A line or block comment; `value` is without its slashes. */
export type Comment = Deno.lint.LineComment | Deno.lint.BlockComment;

/**
 * One parsed source file. The parser is Deno's own, the one that `deno lint` hands to plugins: it exists in `deno test`
 * only, costs no dependency, and strings, templates, comments and regular expressions cannot fool it.
 */
export class SourceFile {
  /** Path from the repository's root, with slashes. */
  readonly path: string;
  readonly text: string;
  /** The statements of the module, in order. */
  readonly body: readonly Deno.lint.Statement[];
  readonly comments: readonly Comment[];
  readonly #nodes: Map<NodeType, Node[]>;
  readonly #lineStarts: number[];

  private constructor(path: string, text: string, nodes: Map<NodeType, Node[]>, comments: readonly Comment[]) {
    this.path = path;
    this.text = text;
    this.comments = comments;
    this.#nodes = nodes;
    this.#lineStarts = [0, ...Array.from(text.matchAll(/\n/g), (match) => match.index + 1)];
    this.body = this.all("Program").flatMap((program) => program.body);
  }

  /** Parses a file's text; throws with its path when it is no TypeScript. */
  static parse(path: string, text: string): SourceFile {
    const nodes = new Map<NodeType, Node[]>();
    let comments: readonly Comment[] = [];
    const create = (context: Deno.lint.RuleContext): Deno.lint.LintVisitor => ({
      Program: () => void (comments = context.sourceCode.getAllComments()),
      "*": (node: Node) => {
        const same = nodes.get(node.type);
        if (same) same.push(node);
        else nodes.set(node.type, [node]);
      },
    });
    try {
      Deno.lint.runPlugin({ name: "rules", rules: { collect: { create } } }, path, text);
    } catch (cause) {
      throw new Error(`Cannot parse "${path}": ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
    return new SourceFile(path, text, nodes, comments);
  }

  /** Every node of a kind, outer before inner, in the order of the text. */
  all<T extends NodeType>(type: T): NodeOf<T>[] {
    return (this.#nodes.get(type) ?? []) as NodeOf<T>[];
  }

  /** The line, from 1, of a node or comment. */
  lineOf(place: { range: Deno.lint.Range }): number {
    return this.lineAt(place.range[0]);
  }

  /** The line, from 1, that holds an offset into the text. */
  lineAt(offset: number): number {
    let low = 0, high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  /** True for `*_test.ts` and everything below `tests/`. */
  get isTest(): boolean {
    return this.path.startsWith("tests/") || /_test\.tsx?$/.test(this.path);
  }
}

/** The node around a node; undefined for the whole module. */
export function parentOf(node: Node): Node | undefined {
  return node.type === "Program" || node.type === "Line" || node.type === "Block" ? undefined : node.parent;
}

/** The names that a pattern binds at its first level: `a` of `a`, `b` of `{ a: b }`. */
export function boundNames(pattern: NodeOf<"Identifier" | "ObjectPattern" | "ArrayPattern">): string[] {
  if (pattern.type === "Identifier") return [pattern.name];
  if (pattern.type === "ArrayPattern") {
    return pattern.elements.flatMap((one) => one?.type === "Identifier" ? [one.name] : []);
  }
  return pattern.properties.flatMap((one) => {
    const value = one.type === "Property" ? one.value : one.argument;
    return value.type === "Identifier" ? [value.name] : [];
  });
}
