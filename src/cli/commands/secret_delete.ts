import type { Command } from "commander";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";

const EXAMPLES = `
Runs of jobs that name it fail from now on; those under way have it.

Examples:
  carillon secret delete db-password`;

/** Adds `secret delete`. */
export function addSecretDelete(parent: Command, cli: Cli, finish: Finish): void {
  withApi(parent.command("delete").description("Forget a secret").argument("<NAME>"))
    .addHelpText("after", EXAMPLES)
    .action(finish((name: string, options: ApiOptions) => deleteSecret(cli, name, options)));
}

async function deleteSecret(cli: Cli, name: string, options: ApiOptions): Promise<void> {
  const api = openApi(cli, options);
  await api.client.deleteSecret(name);
  cli.terminal.out(options.json ? api.lastJson() : `${name} is deleted\n`);
}
