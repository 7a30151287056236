import type { Command } from "commander";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { visible } from "../visible.ts";

const EXAMPLES = `
They are signed out at every server within a second.

Examples:
  carillon user delete ada`;

/** Adds `user delete`. */
export function addUserDelete(parent: Command, cli: Cli, finish: Finish): void {
  withApi(parent.command("delete").description("Delete a user, who is signed in no more").argument("<NAME>"))
    .addHelpText("after", EXAMPLES)
    .action(finish((name: string, options: ApiOptions) => deleteUser(cli, name, options)));
}

async function deleteUser(cli: Cli, name: string, options: ApiOptions): Promise<void> {
  const api = openApi(cli, options);
  await api.client.removeUser(name);
  cli.terminal.out(options.json ? api.lastJson() : `${visible(name)} is deleted\n`);
}
