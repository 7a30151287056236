import { z } from "zod";
import { messageOf, parseDuration } from "../runtime/mod.ts";
import { boolOption, withoutBlanks } from "./config_option.ts";

/** RFC 9110's `token`: what methods and header names are made of. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Methods that the web's `fetch` refuses to send. */
const REFUSED_METHODS = ["CONNECT", "TRACE", "TRACK"];

const methodOption = z.string("must be a method like GET").trim().regex(TOKEN, "must be a method like GET").refine(
  (method) => !REFUSED_METHODS.includes(method.toUpperCase()),
  "cannot be CONNECT, TRACE or TRACK",
);

const urlOption = z.string("must be an http or https address").trim().refine((text) => {
  const protocol = URL.parse(text)?.protocol;
  return protocol === "http:" || protocol === "https:";
}, "must be an http or https address");

const HEADERS_HELP = 'must be a JSON array of "Name: value" texts, or an object';

const headerInputSchema = z.union(
  [z.array(z.string()), z.record(z.string(), z.union([z.string(), z.array(z.string())]))],
  HEADERS_HELP,
);

/** `["Name: value"]` as JSON text, the same as an array, or an object of names and values. */
const headersOption = z.preprocess(fromJsonText, headerInputSchema).transform((input, context) => {
  const headers = Array.isArray(input) ? input.map(splitHeader) : Object.entries(input).flatMap(pairsOfEntry);
  for (const [name, value] of headers) {
    if (value === undefined) context.addIssue(`"${name}" has no colon: write Name: value`);
    else if (!TOKEN.test(name)) context.addIssue(`"${name}" is no name of a header`);
    else if (/[\r\n\0]/.test(value)) context.addIssue(`the value of "${name}" has a line break`);
  }
  return headers.map(([name, value = ""]): [string, string] => [name, value]);
});

/** The value that a text holds as JSON; what is no text, or no JSON, stays as it is. */
function fromJsonText(input: unknown): unknown {
  if (typeof input !== "string") return input;
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}

/** At the first colon only, so that a value may hold further ones. */
function splitHeader(line: string): [string, string | undefined] {
  const colon = line.indexOf(":");
  return colon < 0 ? [line, undefined] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}

function pairsOfEntry([name, value]: [string, string | string[]]): [string, string][] {
  return [value].flat().map((one) => [name.trim(), one.trim()]);
}

/** Whole seconds as Dkron has it, or a duration text; 0 for no limit. */
const timeoutOption = z.union([z.number(), z.string()], "must be seconds, or a duration").transform(
  (value, context) => {
    const text = String(value).trim();
    if (/^\d+$/.test(text)) return Number(text) * 1000;
    try {
      return parseDuration(text);
    } catch (thrown) {
      context.addIssue(`${messageOf(thrown)}, or as whole seconds`);
      return z.NEVER;
    }
  },
);

/** Status codes from `first` to `last`, both included. */
export interface CodeRange {
  first: number;
  last: number;
}

/** `200,206`, `200-299`, `2xx`, one number, or an array of these. */
const expectCodeOption = z.union(
  [
    z.string().transform((text) => text.split(",")),
    z.number().transform((code) => [code]),
    z.array(
      z.union([z.string(), z.number()]),
    ),
  ],
  "must be status codes like 200,206 or 2xx",
).transform((parts, context) => {
  const ranges: CodeRange[] = [];
  for (const part of parts.map((one) => String(one).trim()).filter((one) => one !== "")) {
    const range = readCodes(part);
    if (range) ranges.push(range);
    else context.addIssue(`"${part}" is no status code: write 200, 200-299 or 2xx`);
  }
  return ranges;
});

function readCodes(text: string): CodeRange | undefined {
  const match = /^([1-9])(?:xx|(\d\d)(?:\s*-\s*([1-9]\d\d))?)$/i.exec(text);
  if (!match) return undefined;
  const [, hundred = "", rest, last] = match;
  if (rest === undefined) return { first: Number(hundred) * 100, last: Number(hundred) * 100 + 99 };
  const first = Number(hundred + rest);
  return { first, last: last === undefined ? first : Number(last) };
}

/** On for any text that is not a word for false, as Dkron takes any text. */
const debugOption = z.union([z.boolean(), z.string()], "must be true or false").transform((value) =>
  typeof value === "boolean" ? value : !["0", "f", "false", "no", "off"].includes(value.trim().toLowerCase())
);

const fileOption = z.string("must be the path of a PEM file").optional();

/** The config of an `http` job: strings as in Dkron, or typed values, become one typed shape. */
export const httpConfigSchema = z.preprocess(
  withoutBlanks,
  z.object({
    method: methodOption,
    url: urlOption,
    headers: headersOption.default([]),
    body: z.string("must be a text").optional(),
    timeout: timeoutOption.default(30_000),
    expectCode: expectCodeOption.default([]),
    expectBody: z.string("must be a regular expression").optional(),
    debug: debugOption.default(false),
    tlsNoVerifyPeer: boolOption.default(false),
    tlsCertificateFile: fileOption,
    tlsCertificateKeyFile: fileOption,
    tlsRootCAsFile: fileOption,
  }).refine(
    (config) => (config.tlsCertificateFile === undefined) === (config.tlsCertificateKeyFile === undefined),
    { path: ["tlsCertificateFile"], message: "and tlsCertificateKeyFile need each other" },
  ),
).transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }));

/** What an `http` job asks for. */
export type HttpConfig = z.infer<typeof httpConfigSchema>;
