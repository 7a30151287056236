import type { Command } from "commander";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { visible } from "../visible.ts";

const EXAMPLES = `
What waits is cancelled; what runs goes on to its end, unless --cancel stops it. A job that others depend on is not
deleted.

Examples:
  carillon job delete backup
  carillon job delete backup --cancel`;

/** Adds `job delete`. */
export function addJobDelete(job: Command, cli: Cli, finish: Finish): void {
  withApi(
    job.command("delete").description("Delete a job and its history").argument("<NAME>")
      .option("--cancel", "stop its running executions"),
  ).addHelpText("after", EXAMPLES).action(
    finish((name: string, options: ApiOptions & { cancel?: boolean }) => deleteJob(cli, name, options)),
  );
}

async function deleteJob(cli: Cli, name: string, options: ApiOptions & { cancel?: boolean }): Promise<void> {
  const api = openApi(cli, options);
  await api.client.remove(name, { cancel: options.cancel ?? false });
  cli.terminal.out(options.json ? api.lastJson() : `deleted ${visible(name)}\n`);
}
