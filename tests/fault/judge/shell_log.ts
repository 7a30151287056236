/** What one execution of a shell job wrote down itself. Epoch milliseconds. */
export interface ShellTrace {
  begins: number[];
  ends: number[];
}

/** Reads the lines of shell jobs (`b 12.34 execution`); a line that is none is an error, since lines are written whole. */
export function readShellLog(path: string, bootedAtMs: number): Map<string, ShellTrace> {
  const traces = new Map<string, ShellTrace>();
  for (const line of Deno.readTextFileSync(path).split("\n")) {
    if (line === "") continue;
    const match = /^([be]) (\d+\.\d+) (\S+)$/.exec(line);
    if (!match) throw new Error(`Cannot read "${path}": ${JSON.stringify(line)} is no line of a shell job`);
    const [, letter, uptime, execution = ""] = match;
    const trace = traces.get(execution) ?? { begins: [], ends: [] };
    traces.set(execution, trace);
    (letter === "b" ? trace.begins : trace.ends).push(bootedAtMs + Number(uptime) * 1_000);
  }
  return traces;
}

/** When this machine's uptime was 0. Epoch milliseconds. */
export async function readBootTime(): Promise<number> {
  const { stdout } = await new Deno.Command("cat", { args: ["/proc/uptime"] }).output();
  return Date.now() - parseFloat(new TextDecoder().decode(stdout)) * 1_000;
}
