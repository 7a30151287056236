/**
 * What becomes of a commit: it passes; it is applied and answered 503; it is answered 503 and never sent; it is answered
 * 503 and sent after the next commit was answered.
 */
export type CommitFate = "pass" | "lose_answer" | "lose_request" | "late";

/** An HTTP proxy before a KV Connect server, which does to commits what a test says. */
export class ConnectProxy implements AsyncDisposable {
  /** The fate of the next commits, in order; when it is empty, `fateOf` says. */
  readonly plan: CommitFate[] = [];
  /** The fate of a commit by the bytes of its request. */
  fateOf: (body: Uint8Array) => CommitFate = () => "pass";
  readonly url: string;
  readonly #target: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #late: (() => Promise<Response>)[] = [];

  /** Starts one before the server at `target`. */
  constructor(target: string) {
    this.#target = target;
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => this.#handle(request));
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const body = await request.arrayBuffer();
    const headers = headersOf(request);
    const send = () => fetch(this.#target + pathname, { method: "POST", headers, body });
    if (!pathname.endsWith("/atomic_write")) return await send();
    const fate = this.plan.shift() ?? this.fateOf(new Uint8Array(body));
    if (fate === "late") this.#late.push(send);
    if (fate === "late" || fate === "lose_request") return unavailable();
    const answer = await send();
    const applied = await answer.arrayBuffer();
    await this.#sendLate();
    if (fate === "lose_answer") return unavailable();
    return new Response(applied, { status: answer.status, headers: { "content-type": "application/x-protobuf" } });
  }

  async #sendLate(): Promise<void> {
    for (const send of this.#late.splice(0)) await (await send()).arrayBuffer();
  }
}

function unavailable(): Response {
  return new Response("the proxy says so", { status: 503 });
}

function headersOf({ headers }: Request): [string, string][] {
  return [...headers].filter(([name]) => name !== "host" && name !== "content-length");
}
