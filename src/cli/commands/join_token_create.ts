import type { Command } from "commander";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";

const EXAMPLES = `
The token is printed this once; the server keeps its hash alone. Agents join with it (--join-token,
CARILLON_JOIN_TOKEN, --join-token-file), and it opens the API (--token, CARILLON_TOKEN).

Examples:
  carillon join-token create
  carillon join-token create > join-token`;

/** Adds `join-token create`. */
export function addJoinTokenCreate(parent: Command, cli: Cli, finish: Finish): void {
  withApi(parent.command("create").description("Make a token for agents to join with"))
    .addHelpText("after", EXAMPLES)
    .action(finish((options: ApiOptions) => createJoinToken(cli, options)));
}

async function createJoinToken(cli: Cli, options: ApiOptions): Promise<void> {
  const api = openApi(cli, options);
  const token = await api.client.createJoinToken();
  cli.terminal.out(options.json ? api.lastJson() : `${token}\n`);
}
