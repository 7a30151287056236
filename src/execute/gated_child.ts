import { signalGroup } from "./process_group.ts";

/** Waits for one line, then becomes the job's command; ends when the agent dies before it has sent that line. */
const GATE_SCRIPT = 'exec 2>&1; read -r CARILLON_GATE && unset CARILLON_GATE && exec "$@"';

const GO = new TextEncoder().encode("go\n");

/** What a gated child is started with. */
export interface ChildOptions {
  argv: readonly string[];
  cwd: string | undefined;
  env: Readonly<Record<string, string>>;
  /** Path of the `setsid` program; undefined where there is none. */
  setsid: string | undefined;
  /** Wall clock, epoch milliseconds. */
  startedAtMs: number;
}

/**
 * A process in a group of its own, with stdout and stderr in one pipe, that does nothing until `open` is called. The
 * group's id is `pid`.
 *
 * `detached: true` would make the group too, but Deno then forks the whole agent: 300 to 500 starts a second on two
 * cores, against 1,200 by the `setsid` program. The gate costs about a tenth.
 */
export class GatedChild {
  readonly pid: number;
  readonly startedAtMs: number;
  readonly output: ReadableStream<Uint8Array>;
  readonly status: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;

  /** Starts it; throws what `Deno.Command` throws. */
  constructor(options: ChildOptions) {
    const args = ["/bin/sh", "-c", GATE_SCRIPT, "sh", ...options.argv];
    this.#child = new Deno.Command(options.setsid ?? "/bin/sh", {
      args: options.setsid ? args : args.slice(1),
      cwd: options.cwd,
      env: { ...options.env },
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      detached: options.setsid === undefined,
    }).spawn();
    this.pid = this.#child.pid;
    this.startedAtMs = options.startedAtMs;
    this.output = this.#child.stdout;
    this.status = this.#child.status;
  }

  /** Lets the command begin, and feeds it `stdin` while it runs; a command that does not read is no error. */
  open(stdin: Uint8Array | undefined): void {
    this.#feed(stdin).catch(() => {});
  }

  /** Ends the child before its command has begun. */
  async abandon(): Promise<void> {
    await this.#child.stdin.close().catch(() => {});
    this.#child.stdout.cancel().catch(() => {});
    await this.status;
  }

  /** Signals the whole group; in its first instant, when the group does not exist yet, the child alone. */
  signal(signal: Deno.Signal): void {
    if (signalGroup(this.pid, signal)) return;
    try {
      this.#child.kill(signal);
    } catch { /* It has ended. */ }
  }

  /** No longer keeps this program from ending: a survivor holds the output open. */
  unref(): void {
    this.#child.unref();
  }

  async #feed(stdin: Uint8Array | undefined): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(GO);
    if (stdin) await writer.write(stdin);
    await writer.close();
  }
}
