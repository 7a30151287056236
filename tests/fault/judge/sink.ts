/** A request of an http job as it arrived. */
export interface Receipt {
  job: string;
  atMs: number;
}

/** How long the answer to `/slow/…` takes, in milliseconds. */
const SLOW_MS = 1_000;

/** Where http jobs call: notes each arrival in a file before it answers. */
export class Sink implements AsyncDisposable {
  readonly port: number;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #file: Deno.FsFile;

  constructor(path: string, port: number) {
    this.#file = Deno.openSync(path, { create: true, append: true });
    const encoder = new TextEncoder();
    this.#server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, async (request) => {
      const [, pace = "", job = ""] = new URL(request.url).pathname.split("/");
      this.#file.writeSync(encoder.encode(`${Date.now()} ${job}\n`));
      if (pace === "slow") await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      return new Response(null, { status: 204 });
    });
    this.port = this.#server.addr.port;
  }

  /** Where it listens. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    this.#file.close();
  }
}

/** Every arrival that a sink has noted in a file, in order. */
export function readReceipts(path: string): Receipt[] {
  return Deno.readTextFileSync(path).split("\n").flatMap((line) => {
    const [at = "", job = ""] = line.split(" ");
    return job === "" ? [] : [{ job, atMs: Number(at) }];
  });
}
