import type { HttpReply, HttpRequest, Send } from "./http_reply.ts";

/** Redirects that are followed before the request fails, as Go's client has it. */
const MAX_REDIRECTS = 10;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Headers that are meant for one host only. */
const CREDENTIALS = new Set(["authorization", "cookie", "host", "proxy-authorization"]);

/** Sends a request and follows redirects, at most 10; more are an error. */
export async function sendFollowing(send: Send, first: HttpRequest): Promise<HttpReply> {
  let request = first;
  for (let count = 0; count <= MAX_REDIRECTS; count++) {
    const reply = await send(request);
    const location = REDIRECTS.has(reply.status) ? reply.headers.get("location") : null;
    const url = location === null ? null : URL.parse(location, request.url.href);
    if (url === null || !/^https?:$/.test(url.protocol)) return reply;
    await reply.body?.cancel();
    request = redirected(request, reply.status, url);
  }
  throw new Error(`stopped after ${MAX_REDIRECTS} redirects`);
}

/**
 * The request that a redirect asks for. 307 and 308 repeat it; 303, and 301 and 302 after a POST, turn it into a GET
 * without a body. Another origin does not get the credentials of the first.
 */
function redirected(request: HttpRequest, status: number, url: URL): HttpRequest {
  const method = request.method.toUpperCase();
  const toGet = status === 303 ? method !== "HEAD" : status < 303 && method === "POST";
  const headers = request.headers.filter(([name]) => {
    if (toGet && /^content-/i.test(name)) return false;
    return url.origin === request.url.origin || !CREDENTIALS.has(name.toLowerCase());
  });
  return toGet ? { ...request, url, headers, method: "GET", body: undefined } : { ...request, url, headers };
}
