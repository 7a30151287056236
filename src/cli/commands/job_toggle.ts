import type { Command } from "commander";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { visible } from "../visible.ts";

const EXAMPLES = `
Examples:
  carillon job toggle backup`;

/** Adds `job toggle`. */
export function addJobToggle(job: Command, cli: Cli, finish: Finish): void {
  withApi(job.command("toggle").description("Disable an enabled job, enable a disabled one").argument("<NAME>"))
    .addHelpText("after", EXAMPLES)
    .action(finish((name: string, options: ApiOptions) => toggleJob(cli, name, options)));
}

async function toggleJob(cli: Cli, name: string, options: ApiOptions): Promise<void> {
  const api = openApi(cli, options);
  const { view } = await api.client.toggle(name);
  const state = view.job.definition.disabled ? "disabled" : "enabled";
  cli.terminal.out(options.json ? api.lastJson() : `${state} ${visible(name)}\n`);
}
