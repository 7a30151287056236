const HEAD_BYTES = 9;
const DATA_FRAME = 0;

/** A TCP proxy before a gRPC server: it can cut the connection where an answer begins, and hold everything back. */
export class TcpProxy implements AsyncDisposable {
  /** `host:port` to connect to. */
  readonly address: string;
  /** How many of the next answers are swallowed, each with its connection. */
  answersToLose = 0;
  /** Is told what was asked on a connection since its last answer, when the answer to that is swallowed. */
  onLost: (asked: Uint8Array) => void = () => {};
  readonly #target: Deno.ConnectOptions;
  readonly #listener: Deno.TcpListener;
  readonly #open = new Set<Disposable>();
  readonly #serving: Promise<void>;

  /** Starts one before the server at `target` (`host:port`). */
  constructor(target: string) {
    const [hostname, port] = target.split(":");
    this.#target = { hostname, port: Number(port) };
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.address = `127.0.0.1:${this.#listener.addr.port}`;
    this.#serving = this.#serve();
  }

  /** Cuts all connections of now. */
  cut(): void {
    for (const connection of this.#open) connection[Symbol.dispose]();
    this.#open.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const pipes: Promise<unknown>[] = [];
    for await (const client of this.#listener) pipes.push(this.#join(client));
    await Promise.all(pipes);
  }

  async #join(client: Deno.TcpConn): Promise<void> {
    const server = await Deno.connect(this.#target).catch(() => undefined);
    if (!server) return close(client);
    const both = {
      [Symbol.dispose]() {
        close(client);
        close(server);
      },
    };
    this.#open.add(both);
    const frames = new FrameScan();
    let asked: Uint8Array[] = [];
    const requests = copy(client, server, (bytes) => {
      asked.push(bytes.slice());
      return true;
    });
    const answers = copy(server, client, (bytes) => {
      const passes = this.#passes(bytes, frames);
      if (!passes) this.onLost(joined(asked));
      asked = [];
      return passes;
    });
    await Promise.race([requests, answers]);
    both[Symbol.dispose]();
    this.#open.delete(both);
  }

  /** False for bytes of an answer that is to be lost. */
  #passes(bytes: Uint8Array, frames: FrameScan): boolean {
    const answers = frames.answersIn(bytes);
    if (answers === 0 || this.answersToLose === 0) return true;
    this.answersToLose--;
    return false;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Copies until an end is closed, or `passes` says no to some bytes. */
async function copy(from: Deno.TcpConn, to: Deno.TcpConn, passes: (bytes: Uint8Array) => boolean): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (let size = await from.read(buffer); size !== null; size = await from.read(buffer)) {
      const bytes = buffer.subarray(0, size);
      if (!passes(bytes)) return;
      for (let at = 0; at < size;) at += await to.write(bytes.subarray(at));
    }
  } catch (thrown) {
    const closed = [
      Deno.errors.BadResource,
      Deno.errors.Interrupted,
      Deno.errors.ConnectionReset,
      Deno.errors.BrokenPipe,
    ];
    if (!closed.some((kind) => thrown instanceof kind)) throw thrown;
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (thrown) {
    if (!(thrown instanceof Deno.errors.BadResource)) throw thrown; // closed by its other end's copy
  }
}

/** Finds the frames that carry answers in what an HTTP/2 server sends, in pieces of any size. */
class FrameScan {
  readonly #head: number[] = [];
  #skip = 0;

  answersIn(bytes: Uint8Array): number {
    let answers = 0;
    for (let at = 0; at < bytes.length;) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, bytes.length - at);
        this.#skip -= step;
        at += step;
        continue;
      }
      this.#head.push(bytes[at++] ?? 0);
      if (this.#head.length < HEAD_BYTES) continue;
      const [high = 0, middle = 0, low = 0, kind] = this.#head.splice(0);
      this.#skip = high * 65_536 + middle * 256 + low;
      if (kind === DATA_FRAME && this.#skip > 0) answers++;
    }
    return answers;
  }
}
