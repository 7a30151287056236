import { type Guard, guardOf } from "../support/guard.ts";
import type { NodeSettings } from "./node_settings.ts";

const ENTRY = new URL("./node_entry.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

const PERMISSIONS = ["net=127.0.0.1", "env", "run", "read", "write", "sys"].map((name) => `--allow-${name}`);

/** How long a server may take to listen, or to stop when it is asked to. Milliseconds. */
const PATIENCE_MS = 60_000;

/** A server or an agent that runs in a process of its own. */
export class NodeProcess {
  /** The address of its API; resolves when it listens, rejects when it ends before, as an agent does. */
  readonly url: Promise<string>;
  readonly #child: Deno.ChildProcess;
  readonly #guard: Guard;

  constructor(settings: NodeSettings, env: Record<string, string> = {}) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--config", CONFIG, ...PERMISSIONS, ENTRY, JSON.stringify(settings)],
      env,
      // Kept open: the process ends when this one does.
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#guard = guardOf(this.#child.pid);
    this.url = this.#listening();
    this.url.catch(() => {});
  }

  /** The address of its API; throws when it does not listen in time. */
  async listening(): Promise<string> {
    return await within(this.url, "see the server listen");
  }

  /** Ends it as a power cut would, also while it is held still; resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.#child.status;
    await this.#close();
  }

  /** Asks it to stop; throws when it does not, or not cleanly. */
  async stop(): Promise<void> {
    this.signal("SIGTERM");
    const { code, signal } = await within(this.#child.status, "see the process stop");
    await this.#close();
    if (code !== 0) throw new Error(`Cannot stop the process cleanly: exit code ${code}, signal ${signal}`);
  }

  /** Sends it a signal; nothing happens when it has ended. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (thrown) {
      if (!(thrown instanceof TypeError)) throw thrown;
    }
  }

  async #close(): Promise<void> {
    await this.#child.stdin.abort().catch(() => {});
    await this.#guard.release();
  }

  async #listening(): Promise<string> {
    let text = "";
    for await (const part of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      text += part;
      const port = /^listening (\d+)$/m.exec(text)?.[1];
      if (port !== undefined) return `http://127.0.0.1:${port}`;
    }
    throw new Error("Cannot reach the server: it ended before it listened");
  }
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`Cannot ${what} within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
