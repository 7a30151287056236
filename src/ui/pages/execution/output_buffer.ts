/** A line longer than this is cut into several, in characters. */
const LONGEST = 8_000;

/** Output as lines, as it comes: bytes may end anywhere. */
export class OutputBuffer {
  /** The last one may still grow. */
  readonly lines: string[] = [""];
  readonly #decoder = new TextDecoder();

  /** Adds bytes; a carriage return before a line feed is dropped, and one alone begins its line again. */
  push(bytes: Uint8Array): void {
    this.#add(this.#decoder.decode(bytes, { stream: true }));
  }

  /** Adds a line that says that bytes are missing. */
  note(line: string): void {
    if (this.lines.at(-1) === "") this.lines.pop();
    this.lines.push(line, "");
  }

  /** The whole as text. */
  get text(): string {
    return this.lines.join("\n");
  }

  #add(text: string): void {
    const [first = "", ...rest] = text.split(/\r?\n/);
    this.lines.push(...pieces((this.lines.pop() ?? "") + first));
    for (const line of rest) {
      const last = this.lines.pop() ?? "";
      this.lines.push(overwritten(last));
      for (const piece of pieces(line)) this.lines.push(piece);
    }
  }
}

/** What a terminal would show of a line that was begun again. */
function overwritten(line: string): string {
  const at = line.lastIndexOf("\r");
  return at < 0 ? line : line.slice(at + 1);
}

function pieces(line: string): string[] {
  if (line.length <= LONGEST) return [line];
  return Array.from({ length: Math.ceil(line.length / LONGEST) }, (_, i) => line.slice(i * LONGEST, (i + 1) * LONGEST));
}
