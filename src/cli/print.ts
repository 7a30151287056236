/** Where a command prints. */
export interface Terminal {
  /** Writes what was asked for to standard output, as it is. */
  out(data: string | Uint8Array): void;
  /** Writes a line of anything else to standard error. */
  note(line: string): void;
  /** Whether standard output shows colours. */
  colour: boolean;
}

/** The streams of this process; colours only on a terminal, and never with NO_COLOR. */
export function systemTerminal(env: Readonly<Record<string, string>>): Terminal {
  return {
    out: (data) => writeAll(Deno.stdout, typeof data === "string" ? new TextEncoder().encode(data) : data),
    note: (line) => writeAll(Deno.stderr, new TextEncoder().encode(`${line}\n`)),
    colour: Deno.stdout.isTerminal() && !env.NO_COLOR && env.TERM !== "dumb",
  };
}

/** A pipe may take less than it is given. */
function writeAll(stream: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
}
