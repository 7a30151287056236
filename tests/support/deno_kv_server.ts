import { type Engine, openEngine } from "../../src/kv/mod.ts";
import { Daemon } from "./daemon.ts";
import { freePorts } from "./free_ports.ts";
import { denokv, pathOf } from "./programs.ts";

/** What clients of the server say. */
export const ACCESS_TOKEN = "a-token-for-tests";

/** A real KV Connect server on a free port, with its file in a temporary folder. */
export class DenoKvServer implements AsyncDisposable {
  /** Its address, the same after each restart. */
  readonly url: string;
  readonly accessToken = ACCESS_TOKEN;
  readonly #folder: string;
  #daemon: Daemon | undefined;

  private constructor(folder: string) {
    const [port] = freePorts(1);
    this.url = `http://127.0.0.1:${port}`;
    this.#folder = folder;
  }

  /** Its process, while it runs. */
  get pids(): number[] {
    return this.#daemon ? [this.#daemon.pid] : [];
  }

  /** Starts one on a new, empty file. */
  static async start(): Promise<DenoKvServer> {
    const server = new DenoKvServer(await Deno.makeTempDir({ prefix: "carillon-denokv-" }));
    await server.restart();
    return server;
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.#daemon?.kill();
    this.#daemon = undefined;
  }

  /** Holds it still. */
  pause(): void {
    this.#daemon?.pause();
  }

  /** Lets it go on. */
  resume(): void {
    this.#daemon?.resume();
  }

  /** Starts it (again) on the same port and file, and waits until it serves. */
  async restart(): Promise<void> {
    await this.kill();
    const { host } = new URL(this.url);
    this.#daemon = await Daemon.start({
      program: pathOf(denokv),
      args: ["--sqlite-path", `${this.#folder}/kv.sqlite3`, "serve", "--addr", host],
      env: { DENO_KV_ACCESS_TOKEN: ACCESS_TOKEN },
      ready: () => isServing(this.url),
    });
  }

  /** Opens its store. */
  open(url = this.url): Promise<Engine> {
    return openEngine(url, { accessToken: ACCESS_TOKEN });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function isServing(url: string): Promise<boolean> {
  const answer = await fetch(url, { method: "POST" });
  await answer.body?.cancel();
  return answer.status < 500;
}
