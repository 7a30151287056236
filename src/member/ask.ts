import { CarillonError, type Clock, messageOf } from "../runtime/mod.ts";
import type { MemberFetch, TlsFiles } from "./options.ts";

/** How long an answer may take, in milliseconds. */
const ANSWER_MS = 2_000;

/** A question over HTTP. */
export interface Question {
  /** Sent as JSON by POST; GET when absent. */
  body?: unknown;
  /** How long the answer may take, in milliseconds (2 s). */
  ms?: number;
  signal?: AbortSignal;
}

/** Asks members and servers of the cluster. Throws `unavailable` when no answer comes, or no good one. */
export class Asker implements Disposable {
  readonly #deps: { clock: Clock; fetch: MemberFetch };
  readonly #client: Deno.HttpClient | undefined;

  constructor(deps: { clock: Clock; fetch: MemberFetch }, tls: TlsPems | undefined) {
    this.#deps = deps;
    // HTTP/2 keeps connections that a greeting server could not close, and gains nothing for single questions.
    this.#client = tls && Deno.createHttpClient({ caCerts: [tls.ca], cert: tls.cert, key: tls.key, http2: false });
  }

  /** The JSON of the answer. */
  async json(url: string, question: Question = {}): Promise<unknown> {
    const { clock } = this.#deps;
    const { ms = ANSWER_MS, signal } = question;
    const answered = new AbortController();
    const late = new AbortController();
    clock.sleep(ms, answered.signal).then(() => late.abort(new Error(`no answer within ${ms} ms`)));
    try {
      return await this.#ask(url, question.body, signal ? AbortSignal.any([late.signal, signal]) : late.signal);
    } catch (cause) {
      const reason = late.signal.aborted && !answered.signal.aborted
        ? `no answer within ${ms} ms`
        : messageOf(rootOf(cause));
      throw new CarillonError("unavailable", `Cannot ask "${url}": ${reason}`, { cause });
    } finally {
      answered.abort();
    }
  }

  /** Closes kept connections. */
  [Symbol.dispose](): void {
    this.#client?.close();
  }

  async #ask(url: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const response = await this.#deps.fetch(url, {
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      ...(this.#client ? { client: this.#client } : {}),
      headers: { "content-type": "application/json" },
      redirect: "error",
      signal,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(reasonIn(text) || `status ${response.status}`);
    return JSON.parse(text);
  }
}

/** `fetch` says "fetch failed" and keeps what happened as the cause. */
function rootOf(thrown: unknown): unknown {
  return thrown instanceof Error && thrown.cause !== undefined ? rootOf(thrown.cause) : thrown;
}

/** What etcd's gateway says in an answer that is not good news. */
function reasonIn(text: string): string {
  return /"(?:message|error)":\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text.slice(0, 200).trim();
}

/** The texts of PEM files. */
export interface TlsPems {
  cert: string;
  key: string;
  ca: string;
}

/** Reads PEM files. Throws `invalid` for one that cannot be read or is none. */
export async function readPems(files: TlsFiles): Promise<TlsPems> {
  const [cert, key, ca] = await Promise.all([files.certPath, files.keyPath, files.caPath].map(readPem));
  return { cert: cert ?? "", key: key ?? "", ca: ca ?? "" };
}

async function readPem(path: string): Promise<string> {
  const text = await Deno.readTextFile(path).catch((cause) => {
    throw new CarillonError("invalid", `Cannot read PEM file "${path}": ${messageOf(cause)}`, { cause });
  });
  if (text.includes("-----BEGIN ")) return text;
  throw new CarillonError("invalid", `Cannot use PEM file "${path}": it holds no certificate or key`);
}
