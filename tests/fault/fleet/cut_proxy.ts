/** How a connection can be cut: every byte stays where it is, or every connection ends and new ones are refused. */
export type Cut = "silent" | "refused";

/** A TCP proxy before a server, which can be cut off and joined again. */
export class CutProxy implements AsyncDisposable {
  /** `host:port` to connect to. */
  readonly address: string;
  readonly #target: Deno.ConnectOptions;
  readonly #listener: Deno.TcpListener;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #serving: Promise<void>;
  #cut: Cut | undefined;
  #joined = Promise.withResolvers<void>();

  /** Starts one before the server at `target` (`host:port`). */
  constructor(target: string) {
    const [hostname, port] = target.split(":");
    this.#target = { hostname, port: Number(port) };
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.address = `127.0.0.1:${this.#listener.addr.port}`;
    this.#joined.resolve();
    this.#serving = this.#serve();
  }

  /** Lets nothing through from now on. */
  cut(how: Cut): void {
    this.#cut = how;
    this.#joined = Promise.withResolvers();
    if (how === "refused") this.#closeAll();
  }

  /** Lets everything through again; what was held back arrives now. */
  join(): void {
    this.#cut = undefined;
    this.#joined.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.join();
    this.#listener.close();
    this.#closeAll();
    await this.#serving;
  }

  #closeAll(): void {
    for (const connection of this.#open) close(connection);
    this.#open.clear();
  }

  async #serve(): Promise<void> {
    const pipes: Promise<unknown>[] = [];
    for await (const client of this.#listener) pipes.push(this.#connect(client));
    await Promise.all(pipes);
  }

  async #connect(client: Deno.TcpConn): Promise<void> {
    if (this.#cut === "refused") return close(client);
    this.#open.add(client);
    await this.#joined.promise;
    const server = await Deno.connect(this.#target).catch(() => undefined);
    if (server) {
      this.#open.add(server);
      await Promise.race([this.#copy(client, server), this.#copy(server, client)]);
      this.#end(server);
    }
    this.#end(client);
  }

  #end(connection: Deno.TcpConn): void {
    this.#open.delete(connection);
    close(connection);
  }

  async #copy(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (let size = await from.read(buffer); size !== null; size = await from.read(buffer)) {
        await this.#joined.promise;
        for (let at = 0; at < size;) at += await to.write(buffer.subarray(at, size));
      }
    } catch (thrown) {
      const ended = ["BadResource", "Interrupted", "ConnectionReset", "BrokenPipe", "NotConnected"];
      if (!(thrown instanceof Error) || !ended.includes(thrown.name)) throw thrown;
    }
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (thrown) {
    if (!(thrown instanceof Deno.errors.BadResource)) throw thrown; // closed by its other end's copy
  }
}
