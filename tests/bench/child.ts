/** A process that prints no port within this time is killed. */
const START_WITHIN_MS = 30_000;

/** A process of this bench's own that says on its first line of output where it listens. */
export class Child implements AsyncDisposable {
  readonly pid: number;
  readonly #process: Deno.ChildProcess;
  readonly #rest: Promise<void>;

  private constructor(process: Deno.ChildProcess, rest: Promise<void>) {
    this.pid = process.pid;
    this.#process = process;
    this.#rest = rest;
  }

  /** Starts `deno run` on a script beside this file; answers with the port that it printed. */
  static async start(script: string, flags: readonly string[], args: readonly string[], env = {}) {
    const path = new URL(script, import.meta.url).pathname;
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--unstable-kv", ...PERMISSIONS, ...flags, path, ...args],
      env,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = process.stdout.getReader();
    const late = setTimeout(() => process.kill("SIGKILL"), START_WITHIN_MS);
    const { value } = await reader.read();
    clearTimeout(late);
    const port = Number(new TextDecoder().decode(value).trim());
    const child = new Child(process, drain(reader));
    if (Number.isInteger(port) && port > 0) return { child, port };
    await child.stop("SIGKILL");
    throw new Error(`Cannot start ${script}: it printed no port`);
  }

  /** Sends a signal and waits for the end; a process that does not end within 15 s is killed. */
  async stop(signal: Deno.Signal): Promise<void> {
    this.#send(signal);
    const timer = setTimeout(() => this.#send("SIGKILL"), 15_000);
    await this.#process.status;
    clearTimeout(timer);
    await this.#rest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGTERM");
  }

  #send(signal: Deno.Signal): void {
    try {
      this.#process.kill(signal);
    } catch (thrown) {
      if (!(thrown instanceof TypeError)) throw thrown; // it has ended
    }
  }
}

const PERMISSIONS = ["--allow-net", "--allow-env", "--allow-run", "--allow-read", "--allow-write", "--allow-sys"];

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!(await reader.read()).done);
}
