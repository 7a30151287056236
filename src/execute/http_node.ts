import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import type { DeniedAddresses } from "./http_deny.ts";
import type { Transport } from "./http_fetch.ts";
import type { HttpReply, HttpRequest } from "./http_reply.ts";
import type { TlsOptions } from "./http_tls.ts";

/** Sends what `fetch` cannot: without verification of the peer, a body with GET or HEAD, to an address that was looked at. */
export function nodeTransport({ cert, certKey, ca, verify }: TlsOptions, denied: DeniedAddresses): Transport {
  const secure = new https.Agent({ keepAlive: true, cert, key: certKey, ca, rejectUnauthorized: verify });
  const plain = new http.Agent({ keepAlive: true });
  return {
    send: async (request) => {
      if (denied.isEmpty) return await sendByNode(request, { secure, plain }, {});
      const at = placeOf(request.url, await denied.addressOf(request.url.hostname));
      return await sendByNode(namingHost(request), { secure, plain }, at);
    },
    [Symbol.dispose]: () => {
      secure.destroy();
      plain.destroy();
    },
  };
}

/** The address to connect to; the certificate must be of the name all the same. */
interface Place {
  host?: string;
  servername?: string;
}

function placeOf({ hostname }: URL, host: string): Place {
  return isIP(hostname.replace(/^\[|\]$/g, "")) === 0 ? { host, servername: hostname } : { host };
}

/** The same request, with the host of its URL where it names none: it is sent to an address. */
function namingHost(request: HttpRequest): HttpRequest {
  const { headers, url } = request;
  if (headers.some(([name]) => name.toLowerCase() === "host")) return request;
  return { ...request, headers: [...headers, ["host", url.host]] };
}

function sendByNode(
  { url, method, headers, body, signal }: HttpRequest,
  agents: { secure: https.Agent; plain: http.Agent },
  at: Place,
): Promise<HttpReply> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpReply>();
  const options = { method, signal, headers: groupedHeaders(headers, body?.byteLength), ...hostOf(at) };
  const request = url.protocol === "https:"
    ? https.request(url, { ...options, agent: agents.secure })
    : http.request(url, { ...options, agent: agents.plain });
  request.on("error", reject);
  request.on("response", (message) => resolve(replyOf(message)));
  request.end(body);
  return promise;
}

/** `hostname` goes before `host`, and both before those of the URL. */
function hostOf({ host, servername }: Place) {
  const named = servername === undefined ? {} : { servername };
  return host === undefined ? {} : { host, hostname: host, ...named };
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
