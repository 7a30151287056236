import type { Command } from "commander";
import type { SecretInfo } from "../../model/mod.ts";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { table } from "../table.ts";

const EXAMPLES = `
Unreadable is a secret whose key the server that answers has not got.

Examples:
  carillon secret list
  carillon secret list --json`;

/** Adds `secret list`. */
export function addSecretList(parent: Command, cli: Cli, finish: Finish): void {
  withApi(parent.command("list").description("List secrets: their names and who may use them, never their values"))
    .addHelpText("after", EXAMPLES)
    .action(finish((options: ApiOptions) => listSecrets(cli, options)));
}

async function listSecrets(cli: Cli, options: ApiOptions): Promise<void> {
  const api = openApi(cli, options);
  const secrets = await api.client.secrets();
  cli.terminal.out(options.json ? api.lastJson() : secretTable(secrets, cli.terminal.colour));
}

function secretTable(secrets: readonly SecretInfo[], colours: boolean): string {
  const rows = secrets.map(({ name, jobs, selectors, updatedAt, updatedBy, keyId, readable }) => [
    name,
    jobs.join(" ") || "any",
    selectors.map((tags) => Object.entries(tags).map((pair) => pair.join("=")).join(",")).join(" ") || "any",
    `${new Date(updatedAt).toISOString().slice(0, 19)}Z`,
    updatedBy || "-",
    keyId,
    readable ? "readable" : { text: "unreadable", colour: "red" as const },
  ]);
  return table(["NAME", "JOBS", "NODES", "UPDATED", "BY", "KEY", "STATE"], rows, colours);
}
