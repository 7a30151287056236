import { withoutPassword } from "./http_failure.ts";
import type { HttpReply, HttpRequest, Send } from "./http_reply.ts";

/** Headers whose values are never shown. */
const HIDDEN = /^(authorization|cookie|set-cookie|proxy-authorization)$/i;

/** Wraps `send` so that each request and its answer are written to the output, curl-like, without credentials. */
export function sendShowing(send: Send, write: (text: string) => void): Send {
  return async (request) => {
    write(requestText(request));
    const reply = await send(request);
    write(replyText(reply));
    return reply;
  };
}

function requestText({ method, url, headers, body }: HttpRequest): string {
  const size = body === undefined ? "" : `> (${body.byteLength} bytes of body)\n`;
  return `> ${method} ${withoutPassword(url.href)}\n${headerLines(">", headers)}${size}`;
}

function replyText({ status, statusText, headers }: HttpReply): string {
  return `< ${status} ${statusText}`.trimEnd() + `\n${headerLines("<", headers)}`;
}

function headerLines(mark: string, headers: Iterable<[string, string]>): string {
  return Array.from(headers, ([name, value]) => `${mark} ${name}: ${HIDDEN.test(name) ? "***" : value}\n`).join("");
}
