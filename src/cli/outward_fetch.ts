import type { Fetch } from "../client/mod.ts";
import { TlsFiles, type TlsFilesDeps, type TlsTexts } from "./tls_files.ts";
import type { TlsPaths } from "./tls_settings.ts";

/** A fetch that shows a certificate and believes an authority, as PEM files say at the time. */
export class OutwardFetch implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;
  #client: Deno.HttpClient | undefined;

  private constructor(files: TlsFiles | null) {
    this.#client = files ? clientOf(files.now) : undefined;
    this.#watching = files?.watch(this.#stop.signal, (texts) => {
      // Calls under way end with the client that they began with, which goes when the last of them is done.
      this.#client = clientOf(texts);
    }) ?? Promise.resolve();
  }

  /** Reads the files, where any are named. Throws `invalid` for what is wrong with them. */
  static async open(paths: TlsPaths | null, deps: TlsFilesDeps): Promise<OutwardFetch> {
    return new OutwardFetch(paths && await TlsFiles.open(paths, deps));
  }

  /** As the web's, with what the files say. */
  readonly fetch: Fetch = (input, init) => fetch(input, { ...init, client: this.#client } as RequestInit);

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    this.#client?.close();
  }
}

function clientOf({ cert, key, ca }: TlsTexts): Deno.HttpClient {
  const own = cert !== undefined && key !== undefined ? { cert, key } : {};
  return Deno.createHttpClient({ ...own, ...ca === undefined ? {} : { caCerts: [ca] } });
}
