import type { Command } from "commander";
import { type Client, createClient, type Fetch } from "../client/mod.ts";
import type { Cli } from "./cli.ts";
import { UsageError } from "./usage_error.ts";

const DEFAULT_URL = "http://127.0.0.1:8080";

/** What every command that speaks to a server may be told. */
export interface ApiOptions {
  url?: string;
  token?: string;
  json?: boolean;
}

/** A server that a command speaks to. */
export interface Api {
  client: Client;
  /** The JSON of the last answer, as the server wrote it, with a newline. */
  lastJson(): string;
}

/** Adds the options of a command that speaks to a server. */
export function withApi(command: Command): Command {
  return command
    .option("--url <URL>", `address of a server (CARILLON_URL, or ${DEFAULT_URL})`)
    .option("--token <TOKEN>", "where the server asks for one (CARILLON_TOKEN)")
    .option("--json", "print the server's answers as they are");
}

/** The server that `--url`, or else CARILLON_URL, names. Throws a UsageError when that is no address. */
export function openApi(cli: Cli, options: ApiOptions): Api {
  const baseUrl = options.url ?? (cli.env.CARILLON_URL || DEFAULT_URL);
  if (!/^https?:\/\/[^/?#]+/.test(baseUrl) || !URL.canParse(baseUrl)) {
    const source = options.url === undefined ? "environment CARILLON_URL" : "flag --url";
    throw new UsageError([`${source}: ${JSON.stringify(baseUrl)} is not an address like ${DEFAULT_URL}`]);
  }
  const answers = { last: "" };
  const token = options.token ?? cli.env.CARILLON_TOKEN;
  const fetch = recordJson(token ? withToken(cli.fetch, token) : cli.fetch, answers);
  const client = createClient({ baseUrl: baseUrl.replace(/\/+$/, ""), fetch });
  return { client, lastJson: () => `${answers.last}\n` };
}

/** The client parses answers, which loses what JavaScript's numbers cannot hold; so their text is kept beside. */
function recordJson(fetch: Fetch, answers: { last: string }): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (!response.headers.get("content-type")?.startsWith("application/json")) return response;
    answers.last = await response.text();
    return new Response(answers.last, { status: response.status, headers: response.headers });
  };
}

function withToken(fetch: Fetch, token: string): Fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.set("authorization", `Bearer ${token}`);
    return fetch(input, { ...init, headers });
  };
}
