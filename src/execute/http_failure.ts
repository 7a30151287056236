import { messageOf } from "../runtime/mod.ts";

/** What the platform says in its own words, and what a person wants to read. The first match counts. */
const WORDS: readonly [RegExp, string][] = [
  [/connection refused|ECONNREFUSED/i, "connection refused"],
  [/connection reset|ECONNRESET/i, "connection reset by peer"],
  [/dns error|ENOTFOUND|EAI_AGAIN|failed to lookup/i, "no such host"],
  [/network is unreachable|ENETUNREACH/i, "network is unreachable"],
  [/no route to host|EHOSTUNREACH/i, "no route to host"],
  [/connection closed before message completed|socket hang up|unexpected eof/i, "the server closed the connection"],
];

/** Why a request got no answer, with the method and address it was for. */
export function failureReason(method: string, url: string, thrown: unknown): string {
  const text = deepestMessage(thrown);
  const known = WORDS.find(([pattern]) => pattern.test(text))?.[1];
  const certificate = /invalid peer certificate: (.*)$/.exec(text)?.[1];
  const reason = known ??
    (certificate === undefined ? text : `the server's certificate is not trusted: ${certificate}`);
  return `${method} ${withoutPassword(url)}: ${reason}`;
}

function deepestMessage(thrown: unknown): string {
  return thrown instanceof Error && thrown.cause instanceof Error ? deepestMessage(thrown.cause) : messageOf(thrown);
}

/** An address as it may be shown. */
export function withoutPassword(address: string): string {
  const url = URL.parse(address);
  if (!url || url.password === "") return address;
  url.password = "xxxxx";
  return url.href;
}
