import http from "node:http";
import https from "node:https";
import type { Transport } from "./http_fetch.ts";
import type { HttpReply, HttpRequest } from "./http_reply.ts";
import type { TlsOptions } from "./http_tls.ts";

/** Sends what `fetch` cannot: without verification of the peer, or a body with GET or HEAD. */
export function nodeTransport({ cert, certKey, ca, verify }: TlsOptions): Transport {
  const secure = new https.Agent({ keepAlive: true, cert, key: certKey, ca, rejectUnauthorized: verify });
  const plain = new http.Agent({ keepAlive: true });
  return {
    send: (request) => sendByNode(request, { secure, plain }),
    [Symbol.dispose]: () => {
      secure.destroy();
      plain.destroy();
    },
  };
}

function sendByNode(
  { url, method, headers, body, signal }: HttpRequest,
  agents: { secure: https.Agent; plain: http.Agent },
): Promise<HttpReply> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpReply>();
  const options = { method, signal, headers: groupedHeaders(headers, body?.byteLength) };
  const request = url.protocol === "https:"
    ? https.request(url, { ...options, agent: agents.secure })
    : http.request(url, { ...options, agent: agents.plain });
  request.on("error", reject);
  request.on("response", (message) => resolve(replyOf(message)));
  request.end(body);
  return promise;
}

/** Node takes several values of one name as an array, and tells the length of a body only when asked to. */
function groupedHeaders(headers: [string, string][], sizeBytes: number | undefined): Record<string, string[] | string> {
  const grouped: Record<string, string[] | string> = {};
  for (const [name, values] of Map.groupBy(headers, ([name]) => name.toLowerCase())) {
    grouped[name] = values.length === 1 ? values[0]?.[1] ?? "" : values.map(([, value]) => value);
  }
  return sizeBytes === undefined ? grouped : { ...grouped, "content-length": String(sizeBytes) };
}

function replyOf(message: http.IncomingMessage): HttpReply {
  const headers = new Headers();
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    headers.append(message.rawHeaders[i] ?? "", message.rawHeaders[i + 1] ?? "");
  }
  const { statusCode: status = 0, statusMessage: statusText = "" } = message;
  const body = ReadableStream.from<Uint8Array<ArrayBuffer>>(message);
  return { status, statusText, headers, body, bytes: () => new Response(body).bytes() };
}
