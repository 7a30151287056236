import { CarillonError } from "../../src/runtime/mod.ts";

const LOOPBACK_HOST = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/i;

/**
 * Why a request to an open, loopback-only server is refused; undefined when it is not. A web page must not be able to
 * post a shell job: neither under a name that it made resolve to 127.0.0.1, nor from another site.
 */
export function loopbackRefusal(request: Request): CarillonError | undefined {
  const { headers } = request;
  const host = headers.get("host") ?? new URL(request.url).host;
  if (!LOOPBACK_HOST.test(host)) return forbidden(`Host "${host}" is not loopback`);
  const origin = headers.get("origin");
  if (origin !== null && origin !== `http://${host}` && origin !== `https://${host}`) {
    return forbidden(`Origin "${origin}" is foreign`);
  }
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return forbidden(`Sec-Fetch-Site is "${site}"`);
  return undefined;
}

function forbidden(reason: string): CarillonError {
  return new CarillonError("forbidden", `Cannot answer: ${reason}, and this server is open to loopback only`);
}
