/** A loopback server for tests of the http executor, until it is disposed. */
export interface TestServer extends AsyncDisposable {
  /** The address of one of its paths. */
  url(path: string): string;
  /** How many requests it has got. */
  readonly hits: number;
}

/** Starts a server: `/echo`, `/text/:t`, `/status/:n`, `/big/:n`, `/redirect/:n`, `/never`, `/drip`; TLS with a `pair`. */
export function testServer(pair?: { cert: string; key: string }): TestServer {
  let hits = 0;
  const ending = new AbortController();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {}, ...pair }, (request) => {
    hits++;
    return answer(request, ending.signal);
  });
  const origin = `${pair ? "https" : "http"}://127.0.0.1:${server.addr.port}`;
  return {
    url: (path) => origin + path,
    get hits() {
      return hits;
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await server.shutdown();
    },
  };
}

async function answer(request: Request, ending: AbortSignal): Promise<Response> {
  const [, kind, value = ""] = new URL(request.url).pathname.split("/");
  const count = Number(value);
  switch (kind) {
    case "echo":
      return Response.json({ method: request.method, headers: [...request.headers], body: await request.text() });
    case "status":
      return new Response(count === 204 ? null : "status", { status: count });
    case "big":
      return new Response(new Blob(["a".repeat(count - 3), "end"]).stream());
    case "redirect":
      if (count === 0) return new Response("arrived");
      return new Response(null, { status: 302, headers: { location: `/redirect/${count - 1}` } });
    case "never":
      return await aborted(ending);
    case "drip":
      return new Response(ReadableStream.from(dripping(ending)));
    default:
      return new Response(value);
  }
}

function aborted(signal: AbortSignal): Promise<Response> {
  const { promise, resolve } = Promise.withResolvers<Response>();
  signal.addEventListener("abort", () => resolve(new Response()));
  return promise;
}

async function* dripping(ending: AbortSignal): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode("drop");
  await aborted(ending);
}
