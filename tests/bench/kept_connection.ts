const encoder = new TextEncoder();
const latin1 = new TextDecoder("latin1");

/** A kept HTTP connection that costs the measuring side as little as can be: one request at a time, bodies not read. */
export class KeptConnection implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly #buffer = new Uint8Array(64 * 1024);

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Connects to a port of this machine. */
  static async open(port: number): Promise<KeptConnection> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay(true);
    return new KeptConnection(connection);
  }

  /** Sends a request; answers its status when all of the answer has come. */
  async send(request: Uint8Array): Promise<number> {
    let sent = 0;
    while (sent < request.length) sent += await this.#connection.write(request.subarray(sent));
    let received = 0;
    let head: { status: number; length: number } | undefined;
    while (head === undefined || received < head.length) {
      const count = await this.#connection.read(this.#buffer.subarray(head ? 0 : received));
      if (count === null) throw new Error("Cannot read an answer: the server closed the connection");
      received += count;
      head ??= readHead(latin1.decode(this.#buffer.subarray(0, received)));
    }
    return head.status;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

/** A request as it goes over the wire. */
export function requestBytes(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: unknown,
): Uint8Array {
  const text = body === undefined ? "" : JSON.stringify(body);
  const more = body === undefined
    ? ""
    : `content-type: application/json\r\ncontent-length: ${encoder.encode(text).length}\r\n`;
  const own = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return encoder.encode(`${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${own}${more}\r\n${text}`);
}

/** Status and whole length in bytes of an answer; undefined while its head is not complete. */
function readHead(text: string): { status: number; length: number } | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end + 2))?.[1];
  if (length === undefined) throw new Error("Cannot read an answer: it says no content-length");
  return { status: Number(text.slice(9, 12)), length: end + 4 + Number(length) };
}
