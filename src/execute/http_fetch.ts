import type { Send } from "./http_reply.ts";
import type { TlsOptions } from "./http_tls.ts";

/** A way to send with kept connections, until it is closed. */
export interface Transport extends Disposable {
  send: Send;
}

/** Sends by the platform's `fetch`: the fast way, used wherever it can do what the job asks. */
export function fetchTransport({ cert, certKey, ca }: TlsOptions): Transport {
  const pair = cert !== undefined && certKey !== undefined ? { cert, key: certKey } : {};
  const client = Deno.createHttpClient({ ...pair, ...(ca === undefined ? {} : { caCerts: [ca] }), allowHost: true });
  return {
    send: ({ url, method, headers, body, signal }) =>
      fetch(url, { client, method, headers, body, signal, redirect: "manual" }),
    [Symbol.dispose]: () => client.close(),
  };
}
