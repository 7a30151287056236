import { eventually } from "./eventually.ts";
import { type Guard, guardOf } from "./guard.ts";

/** A server program that is started. */
export interface DaemonOptions {
  program: string;
  args: readonly string[];
  env?: Record<string, string>;
  /** Whether it serves by now; asked again and again. */
  ready: () => Promise<boolean>;
}

/** How long a server may take until it serves, in milliseconds. */
const READY_MS = 20_000;

/**
 * A server in a process of its own. It never outlives this process: a guard beside it kills it when this process ends,
 * however it does.
 */
export class Daemon {
  readonly #child: Deno.ChildProcess;
  readonly #guard: Guard;
  readonly #said: Promise<string>;
  #ended = false;

  private constructor({ program, args, env }: DaemonOptions) {
    this.#child = new Deno.Command(program, {
      args: [...args],
      env,
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#guard = guardOf(this.#child.pid);
    this.#said = lastWords(this.#child.stderr);
    this.#child.status.then(() => this.#ended = true);
  }

  /** Starts it and waits until it serves; throws what it said when it ends before. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const daemon = new Daemon(options);
    try {
      await eventually(() => daemon.#ended || options.ready(), { withinMs: READY_MS, what: options.program });
      if (daemon.#ended) throw new Error(`Cannot start "${options.program}": ${await daemon.#said}`);
      return daemon;
    } catch (thrown) {
      await daemon.kill();
      throw thrown;
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Ends it as a power cut would, also while it is paused; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#signal("SIGKILL");
    await this.#child.status;
    await this.#said;
    await this.#guard.release();
  }

  /** Holds it still: its connections stay open and nothing answers. */
  pause(): void {
    this.#signal("SIGSTOP");
  }

  /** Lets it go on after a pause. */
  resume(): void {
    this.#signal("SIGCONT");
  }

  #signal(signal: Deno.Signal): void {
    if (!this.#ended) this.#child.kill(signal);
  }
}

/** The end of what a program says; read as it comes, so that it never waits for a reader. */
async function lastWords(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) text = (text + part).slice(-2_000);
  return text;
}
