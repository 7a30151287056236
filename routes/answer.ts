import type { Context, TypedResponse } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { JSONParsed } from "hono/utils/types";

/** What every answer carries: no keeping. */
const HEADERS = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "no-store",
} as const;

/** A JSON answer, indented by 4 blanks with `?pretty`. Writes integers above 2^53 as they are, unlike `c.json`. */
export function answer<T, Status extends ContentfulStatusCode>(
  context: Context,
  body: T,
  status: Status,
  headers: Readonly<Record<string, string>> = {},
): Response & TypedResponse<JSONParsed<T>, Status, "json"> {
  const indent = context.req.url.includes("pretty") && context.req.query("pretty") !== undefined ? 4 : undefined;
  const text = JSON.stringify(body, undefined, indent);
  const response = new Response(text, { status, headers: { ...HEADERS, ...headers } });
  return response as Response & TypedResponse<JSONParsed<T>, Status, "json">;
}

/** Whether a query flag is set: present, and neither `false` nor `0`. */
export function isSet(context: Context, name: string): boolean {
  const value = context.req.query(name);
  return value !== undefined && value !== "false" && value !== "0";
}

/** The query of a request, repeated names kept. */
export function queryOf(context: Context): URLSearchParams {
  const at = context.req.url.indexOf("?");
  return new URLSearchParams(at < 0 ? "" : context.req.url.slice(at + 1));
}

/** A `Warning` header of texts from outside, in printable ASCII; none for no text. */
export function warningHeader(warnings: readonly string[]): Record<string, string> {
  if (warnings.length === 0) return {};
  const text = warnings.slice(0, 20).map((warning) => {
    const ascii = warning.slice(0, 200).replace(/[^\x20-\x7e]/g, "?").replace(/["\\]/g, "'");
    return `199 carillon "${ascii}"`;
  });
  return { warning: text.join(", ") };
}
