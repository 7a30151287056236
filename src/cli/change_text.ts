import { visible } from "./visible.ts";

/** Longest side of a change that is shown; `--json` shows all that is kept. */
const LONGEST = 120;

/** What became of a field: `owner: "a" -> "b"`. */
export function changeText(
  { field, before, after }: { field: string; before: string | null; after: string | null },
): string {
  return `${field}: ${side(before)} -> ${side(after)}`;
}

function side(json: string | null): string {
  if (json === null) return "-";
  return visible(json.length > LONGEST ? `${json.slice(0, LONGEST - 1)}…` : json);
}
