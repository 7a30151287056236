import { eventually } from "../support/eventually.ts";
import { Child } from "./child.ts";
import type { BenchOptions } from "./figure.ts";
import { type BenchTokens, benchTokens } from "./tokens.ts";
import { cpuMs, memoryMb } from "./process_stat.ts";

/** A server with its agent in a process of its own, on a data folder that lives until it is disposed of. */
export class BenchServer implements AsyncDisposable {
  readonly #options: BenchOptions;
  readonly #dataDir: string;
  readonly #tokens: BenchTokens;
  #child: Child;
  #port: number;

  private constructor(options: BenchOptions, dataDir: string, started: { child: Child; port: number }) {
    this.#options = options;
    this.#dataDir = dataDir;
    this.#tokens = benchTokens(options, dataDir);
    this.#child = started.child;
    this.#port = started.port;
  }

  /** Starts one on an empty folder and waits until it leads. */
  static async start(options: BenchOptions): Promise<BenchServer> {
    const dataDir = await Deno.makeTempDir({ prefix: "carillon-bench-" });
    try {
      const server = new BenchServer(options, dataDir, await spawn(options, dataDir));
      await server.whenLeading();
      return server;
    } catch (thrown) {
      await Deno.remove(dataDir, { recursive: true });
      throw thrown;
    }
  }

  get port(): number {
    return this.#port;
  }

  /** What a request to it has to say of who asks. */
  headers(): Promise<Record<string, string>> {
    return this.#tokens.headers();
  }

  /** Asks the API; throws for an answer that is no success. */
  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers({ ...await this.headers(), ...init.headers });
    const response = await fetch(`http://127.0.0.1:${this.#port}${path}`, { ...init, headers });
    if (response.ok) return response;
    throw new Error(`Cannot ${init.method ?? "GET"} ${path}: ${response.status} ${await response.text()}`);
  }

  /** Ends the process by a signal, waits a little over a second, and starts it again. Answers when it was spawned. */
  async restart(signal: Deno.Signal): Promise<number> {
    await this.#child.stop(signal);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const spawnedAtMs = Date.now();
    const { child, port } = await spawn(this.#options, this.#dataDir);
    this.#child = child;
    this.#port = port;
    return spawnedAtMs;
  }

  /** Resolves when it holds the lease. */
  async whenLeading(): Promise<void> {
    await eventually(async () => (await (await this.request("/health")).json()).leader, {
      withinMs: 20_000,
      what: "the server lead",
    });
  }

  /** CPU time since its start, in milliseconds. */
  cpuMs(): Promise<number> {
    return cpuMs(this.#child.pid);
  }

  /** Resident memory in megabytes. */
  memoryMb(): Promise<{ now: number; peak: number }> {
    return memoryMb(this.#child.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stop("SIGTERM");
    await Deno.remove(this.#dataDir, { recursive: true });
  }
}

function spawn(options: BenchOptions, dataDir: string): Promise<{ child: Child; port: number }> {
  const { env } = benchTokens(options, dataDir);
  return Child.start("server_entry.ts", options.denoFlags, [dataDir, String(options.slots)], env);
}
