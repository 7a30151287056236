import type { Command } from "commander";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { utc } from "../moment.ts";
import { table } from "../table.ts";

const EXAMPLES = `
Examples:
  carillon user list
  carillon user list --json`;

/** Adds `user list`. */
export function addUserList(parent: Command, cli: Cli, finish: Finish): void {
  withApi(parent.command("list").description("List who may sign in with a password"))
    .addHelpText("after", EXAMPLES)
    .action(finish((options: ApiOptions) => listUsers(cli, options)));
}

async function listUsers(cli: Cli, options: ApiOptions): Promise<void> {
  const api = openApi(cli, options);
  const users = await api.client.users();
  const rows = users.map(({ name, role, jobs, createdAt, updatedAt }) => [
    name,
    role,
    jobs.join(" ") || "all",
    utc(createdAt),
    utc(updatedAt),
  ]);
  const columns = ["NAME", "ROLE", "JOBS", "MADE", "CHANGED"];
  cli.terminal.out(options.json ? api.lastJson() : table(columns, rows, cli.terminal.colour));
}
