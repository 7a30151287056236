import { eventually } from "./eventually.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const PERMISSIONS = ["net=127.0.0.1,localhost", "env", "run", "read", "write", "sys"].map((name) => `--allow-${name}`);
const RUN = ["run", "--no-prompt", "--config", CONFIG, ...PERMISSIONS, MAIN];

/** How long a process may take for anything, in milliseconds: machines that test are busy. */
const WITHIN_MS = 30_000;

/** As `eventually` takes it. */
export const WITHIN = { withinMs: WITHIN_MS };

/** What a command answers. */
export interface CommandAnswer {
  code: number;
  out: string;
  err: string;
}

/** Runs `carillon …` in a process of its own to its end, with this on its standard input. */
export async function runCarillon(
  args: readonly string[],
  env: Record<string, string> = {},
  input = "",
): Promise<CommandAnswer> {
  const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(Deno.execPath(), { args: [...RUN, ...args], env, ...pipes }).spawn();
  // One that ends without reading it says by its code and words what is wrong.
  const fed = new Blob([input]).stream().pipeTo(child.stdin).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  await fed;
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

/** `carillon start …` in a process of its own; disposing kills it. */
export class CarillonProcess implements AsyncDisposable {
  /** What it has written to standard error so far. */
  said = "";
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...RUN, ...args],
      env,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#reading = this.#read();
  }

  /** A server on loopback that runs no jobs, once it listens; on a free port unless one is given. */
  static async server(
    dataDir: string,
    port = 0,
    env: Record<string, string> = {},
  ): Promise<CarillonProcess & { port: number; url: string }> {
    const args = ["start", "--server", "--no-agent", "--node-name", "server", "--data-dir", dataDir];
    const server = new CarillonProcess([...args, "--http-addr", `127.0.0.1:${port}`], env);
    const [, url = "", found = "0"] = await server.says(/url=(http:\/\/127\.0\.0\.1:(\d+))/);
    return Object.assign(server, { port: Number(found), url });
  }

  /** Waits until it has said something. */
  says(what: RegExp): Promise<RegExpExecArray> {
    const look = () => what.exec(this.said) ?? undefined;
    return eventually(look, { withinMs: WITHIN_MS, what: `${what} in ${JSON.stringify(this.said)}` });
  }

  /** Waits for its end; answers its exit code. */
  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  /** Sends a signal, and waits for the end. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<number> {
    try {
      this.#child.kill(signal);
    } catch (thrown) {
      // It has ended by itself.
      if (!(thrown instanceof TypeError)) throw thrown;
    }
    return await this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
  }

  async #read(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) this.said += text;
  }
}
