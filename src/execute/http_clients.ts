import { LRUCache } from "lru-cache";
import { messageOf } from "../runtime/mod.ts";
import type { DeniedAddresses } from "./http_deny.ts";
import { fetchTransport, type Transport } from "./http_fetch.ts";
import { nodeTransport } from "./http_node.ts";
import type { HttpRequest, Send } from "./http_reply.ts";
import type { TlsOptions } from "./http_tls.ts";

/** How many sets of TLS options keep their connections open at once. */
const MAX_CLIENTS = 64;

/** What `fetch` says of ports that it keeps web pages from, such as 6000; a job may call them. */
const BLOCKED_PORT = /Requests to port \d+ are blocked/;

/** Kept connections, shared by all runs with the same TLS options. */
export class HttpClients implements Disposable {
  readonly #denied: DeniedAddresses;
  readonly #byKey = new LRUCache<string, Transport>({
    max: MAX_CLIENTS,
    dispose: (transport) => transport[Symbol.dispose](),
  });

  constructor(denied: DeniedAddresses) {
    this.#denied = denied;
  }

  /** How requests like this one are sent. */
  sender({ method, body }: Pick<HttpRequest, "method" | "body">, tls: TlsOptions): Send {
    const byNode: Send = (request) =>
      this.#get(`node ${tls.key}`, () => nodeTransport(tls, this.#denied)).send(request);
    const bodyRefused = body !== undefined && /^(get|head)$/i.test(method);
    // `fetch` looks names up by itself: where some addresses are denied it is not asked.
    if (!tls.verify || bodyRefused || !this.#denied.isEmpty) return byNode;
    const { send } = this.#get(`fetch ${tls.key}`, () => fetchTransport(tls));
    return (request) =>
      send(request).catch((thrown) => BLOCKED_PORT.test(messageOf(thrown)) ? byNode(request) : Promise.reject(thrown));
  }

  /** Closes all connections; those of requests under way end with these. */
  [Symbol.dispose](): void {
    this.#byKey.clear();
  }

  #get(key: string, create: () => Transport): Transport {
    const known = this.#byKey.get(key);
    if (known) return known;
    const created = create();
    this.#byKey.set(key, created);
    return created;
  }
}
