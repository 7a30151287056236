import type { ServerSettings } from "./server_settings.ts";

const ENTRY = new URL("./server_entry.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

const PERMISSIONS = ["net=127.0.0.1", "env", "run", "read", "write", "sys"].map((name) => `--allow-${name}`);

/** How long a server may take to listen, or to stop when it is asked to. Milliseconds. */
const PATIENCE_MS = 60_000;

/** A server that runs in a process of its own. */
export class ServerProcess {
  /** The address of its API; resolves when it listens, rejects when it ends before. */
  readonly url: Promise<string>;
  readonly #child: Deno.ChildProcess;

  constructor(settings: ServerSettings) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--config", CONFIG, ...PERMISSIONS, ENTRY, JSON.stringify(settings)],
      // Kept open: the server ends when this process does.
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.url = this.#listening();
    this.url.catch(() => {});
  }

  /** The address of its API; throws when it does not listen in time. */
  async listening(): Promise<string> {
    return await within(this.url, "see the server listen");
  }

  /** Ends it as a power cut would; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#signal("SIGKILL");
    await this.#child.status;
    await this.#child.stdin.abort().catch(() => {});
  }

  /** Asks it to stop; throws when it does not, or not cleanly. */
  async stop(): Promise<void> {
    this.#signal("SIGTERM");
    const { code, signal } = await within(this.#child.status, "see the server stop");
    await this.#child.stdin.abort().catch(() => {});
    if (code !== 0) throw new Error(`Cannot stop the server cleanly: exit code ${code}, signal ${signal}`);
  }

  #signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (thrown) {
      if (!(thrown instanceof TypeError)) throw thrown;
    }
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
