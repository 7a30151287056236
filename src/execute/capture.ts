/** What a short command of the agent's own printed; `stdout` is empty and `stderr` says why when it cannot be run. */
export interface Captured {
  success: boolean;
  stdout: string;
  stderr: string;
}

/** Runs a short command to its end, for what the platform tells by commands only. */
export async function capture(path: string, args: string[], env: Readonly<Record<string, string>>): Promise<Captured> {
  try {
    const command = new Deno.Command(path, { args, env: { ...env, LC_ALL: "C" }, clearEnv: true, stdin: "null" });
    const { success, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr).trim() };
  } catch (thrown) {
    if (!(thrown instanceof Deno.errors.NotFound)) throw thrown;
    return { success: false, stdout: "", stderr: `${path}: not found` };
  }
}
