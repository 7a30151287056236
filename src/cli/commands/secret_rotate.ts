import type { Command } from "commander";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { EXIT } from "../exit_code.ts";

const EXAMPLES = `
To change keys: put a new one first into the file of --secret-key-file, restart each server, rotate, and when nothing is
unreadable take the old one out and restart again.

Examples:
  carillon secret rotate`;

/** Adds `secret rotate`. */
export function addSecretRotate(parent: Command, cli: Cli, finish: Finish): void {
  withApi(parent.command("rotate").description("Encrypt all secrets with the first key of the server"))
    .addHelpText("after", EXAMPLES)
    .action(finish((options: ApiOptions) => rotateSecrets(cli, options)));
}

async function rotateSecrets(cli: Cli, options: ApiOptions): Promise<number> {
  const api = openApi(cli, options);
  const { rotated, unreadable } = await api.client.rotateSecrets();
  cli.terminal.out(options.json ? api.lastJson() : `${rotated.length} encrypted anew\n`);
  for (const { name, keyId } of unreadable) {
    cli.terminal.note(`error: Cannot read secret "${name}": the server has no key "${keyId}" that reads it`);
  }
  return unreadable.length === 0 ? EXIT.ok : EXIT.failure;
}
