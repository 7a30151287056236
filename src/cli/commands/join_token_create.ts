import type { Command } from "commander";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { keyValue } from "../argument.ts";

const EXAMPLES = `
The token is printed this once; the server keeps its hash alone. Agents join with it (--join-token,
CARILLON_JOIN_TOKEN, --join-token-file); it opens nothing else.

Examples:
  carillon join-token create
  carillon join-token create --tag role=web --tag 'zone=*' --expires 24h > join-token
  carillon join-token create --once`;

interface Options extends ApiOptions {
  tag: Record<string, string>;
  once: boolean;
  expires?: string;
}

/** Adds `join-token create`. */
export function addJoinTokenCreate(parent: Command, cli: Cli, finish: Finish): void {
  withApi(parent.command("create").description("Make a token for agents to join with"))
    .option("--tag <KEY=VALUE>", "a tag that they may have, * for any value; without one: any tags", keyValue, {})
    .option("--once", "for one agent alone, which may join again", false)
    .option("--expires <DURATION>", "an end to it, like 12h or 90d")
    .addHelpText("after", EXAMPLES)
    .action(finish((options: Options) => createJoinToken(cli, options)));
}

async function createJoinToken(cli: Cli, options: Options): Promise<void> {
  const { tag, once, expires } = options;
  const api = openApi(cli, options);
  const tags = Object.keys(tag).length > 0 ? tag : null;
  const token = await api.client.createJoinToken({ tags, once, lifetime: expires ?? null });
  cli.terminal.out(options.json ? api.lastJson() : `${token}\n`);
}
