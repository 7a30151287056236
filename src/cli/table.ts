import { visible } from "./visible.ts";

const ESCAPES = { green: "\x1b[32m", red: "\x1b[31m", yellow: "\x1b[33m", cyan: "\x1b[36m", grey: "\x1b[90m" } as const;

/** A cell of a table: its text, and how it is coloured where there are colours. */
export type Cell = string | { text: string; colour: keyof typeof ESCAPES };

/**
 * Rows under a header, in columns as wide as their widest cell, each line with its end. Texts are made safe to show.
 *
 * @example
 * ```ts
 * import { table } from "./table.ts";
 * table(["NAME", "STATE"], [["a", { text: "success", colour: "green" }]], false); // "NAME  STATE\na     success\n"
 * ```
 */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[], colours: boolean): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column]))));
  return lines.map((line) => {
    const cells = line.map((cell, column) => paint(cell, widths[column] ?? 0, column === line.length - 1, colours));
    return `${cells.join("  ").trimEnd()}\n`;
  }).join("");
}

/** The colour of a state or a status. */
export function stateCell(state: string): Cell {
  switch (state) {
    case "success":
      return { text: state, colour: "green" };
    case "failed":
    case "timed_out":
    case "lost":
      return { text: state, colour: "red" };
    case "partially_failed":
      return { text: state, colour: "yellow" };
    case "running":
      return { text: state, colour: "cyan" };
    case "cancelled":
    case "skipped":
    case "disabled":
      return { text: state, colour: "grey" };
    default:
      return state;
  }
}

function shown(cell: Cell | undefined): string {
  return visible(typeof cell === "object" ? cell.text : cell ?? "");
}

/** Width in characters; those of East Asia that take two places count as one. */
function widthOf(cell: Cell | undefined): number {
  return Array.from(shown(cell)).length;
}

function paint(cell: Cell, width: number, isLast: boolean, colours: boolean): string {
  const text = shown(cell);
  const padding = isLast ? "" : " ".repeat(width - widthOf(cell));
  if (typeof cell === "string" || !colours) return text + padding;
  return `${ESCAPES[cell.colour]}${text}\x1b[0m${padding}`;
}
