/** One segment of a path. What would make another path (nothing, or a step) becomes NUL, which names nothing. */
export function segment(text: string): string {
  if (text === "" || text === "." || text === "..") return "%00";
  return encodeURIComponent(text);
}
