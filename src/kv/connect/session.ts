import { z } from "zod";
import { CarillonError, type Clock, messageOf } from "../../runtime/mod.ts";
import { abortedAfter } from "../deadline.ts";
import { failedAnswer, failedFetch } from "./failure.ts";

/** What the server tells of itself: where reads and writes go, and with which token. */
const Metadata = z.object({
  version: z.union([z.literal(2), z.literal(3)]),
  databaseId: z.string(),
  endpoints: z.array(z.object({ url: z.string(), consistency: z.enum(["strong", "eventual"]) })),
  token: z.string(),
  expiresAt: z.string(),
});

/** Where requests go for now. */
interface Endpoint {
  url: string;
  headers: Record<string, string>;
  /** Monotonic milliseconds after which it is asked for again. */
  staleAtMs: number;
}

/** What a session works with. */
export interface SessionDeps {
  /** The store's address, as configured. */
  url: string;
  accessToken: string;
  /** A CA (PEM) that is trusted besides the usual ones. */
  ca: string | undefined;
  clock: Clock;
  deadlineMs: number;
}

/** Milliseconds that what the server told of itself is used at least and at most, whatever the two clocks say. */
const MIN_FRESH_MS = 60_000;
const MAX_FRESH_MS = 3_600_000;

/**
 * The HTTP side of KV Connect: learns the endpoint, and sends each request once, with a deadline. HTTP/1.1 always: there
 * `fetch` sends head and body in one piece, while its HTTP/2 stalls 40 ms for each body of a kilobyte and more.
 */
export class ConnectSession implements Disposable {
  readonly #deps: SessionDeps;
  readonly #client: Deno.HttpClient;
  #endpoint: Promise<Endpoint> | undefined;
  #staleAtMs = 0;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    const caCerts = deps.ca === undefined ? [] : [deps.ca];
    this.#client = Deno.createHttpClient({ http2: false, poolMaxIdlePerHost: 128, caCerts });
  }

  /** Learns the endpoint now; throws what is wrong with the address, the token or TLS. */
  async open(): Promise<void> {
    await this.#current();
  }

  /** Forgets the endpoint, as it said that it can't serve. */
  forget(): void {
    this.#endpoint = undefined;
  }

  /** Sends one request and gives the whole answer. */
  async post(action: string, body: Uint8Array<ArrayBuffer>, deadlineMs = this.#deps.deadlineMs): Promise<Uint8Array> {
    return await this.#within(deadlineMs, action, async (signal) => {
      const answer = await this.#send(action, body, signal);
      return new Uint8Array(await answer.arrayBuffer());
    });
  }

  /** Sends one request and gives the answer's stream once it begins; `signal` ends it. */
  async stream(
    action: string,
    body: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const answer = await this.#within(
      this.#deps.deadlineMs,
      action,
      (late) => this.#send(action, body, AbortSignal.any([signal, late])),
    );
    if (answer.body === null) throw new CarillonError("unavailable", `Cannot ${action}: the answer has no body`);
    return answer.body;
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }

  async #send(action: string, body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Response> {
    const { url, headers } = await this.#current();
    const answer = await this.#fetch(`${url}/${action}`, { method: "POST", headers, body, signal });
    if (answer.ok) return answer;
    if (answer.status === 401) this.forget(); // its token may have ended; the next request asks for a new one
    throw await failedAnswer(this.#deps.url, answer);
  }

  #current(): Promise<Endpoint> {
    if (this.#endpoint && this.#deps.clock.monotonic() < this.#staleAtMs) return this.#endpoint;
    this.#staleAtMs = Infinity;
    const asked = this.#ask();
    this.#endpoint = asked;
    asked.then(({ staleAtMs }) => this.#staleAtMs = staleAtMs, () => {
      if (this.#endpoint === asked) this.forget();
    });
    return asked;
  }

  async #ask(): Promise<Endpoint> {
    const { url, accessToken, clock, deadlineMs } = this.#deps;
    const headers = { authorization: `Bearer ${accessToken}`, "content-type": "application/json" };
    const body = JSON.stringify({ supportedVersions: [2, 3] });
    return await this.#within(deadlineMs, `open store "${url}"`, async (signal) => {
      const answer = await this.#fetch(url, { method: "POST", headers, body, signal });
      if (!answer.ok) throw await failedAnswer(url, answer);
      return endpointOf(url, answer.url, await answer.json().catch(messageOf), clock);
    });
  }

  #within<T>(ms: number, what: string, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return abortedAfter(this.#deps.clock, ms, what, call).catch((thrown: unknown) => {
      throw failedFetch(this.#deps.url, thrown);
    });
  }

  #fetch(url: string, init: RequestInit): Promise<Response> {
    return fetch(url, { ...init, client: this.#client });
  }
}

function endpointOf(store: string, base: string, answer: unknown, clock: Clock): Endpoint {
  const parsed = Metadata.safeParse(answer);
  const strong = parsed.data?.endpoints.find(({ consistency }) => consistency === "strong");
  if (!parsed.success || !strong) {
    throw new CarillonError("invalid", `Cannot use store "${store}": what answers there is no KV Connect server`);
  }
  const { version, databaseId, token, expiresAt } = parsed.data;
  const leftMs = 0.8 * (Date.parse(expiresAt) - clock.now());
  return {
    url: new URL(strong.url, base || store).href.replace(/\/$/, ""),
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/x-protobuf",
      "x-denokv-version": `${version}`,
      "x-denokv-database-id": databaseId,
    },
    staleAtMs: clock.monotonic() + Math.min(Math.max(leftMs || 0, MIN_FRESH_MS), MAX_FRESH_MS),
  };
}
