import type { Command } from "commander";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { type PauseOptions, withPause } from "../pause_options.ts";
import { visible } from "../visible.ts";

const EXAMPLES = `
What runs goes on; what waits, and retries, are held until the pause ends.

Examples:
  carillon job pause backup --note "disk is being replaced"
  carillon job pause report --policy last
  carillon job unpause backup`;

/** Adds `job pause`. */
export function addJobPause(job: Command, cli: Cli, finish: Finish): void {
  withPause(job.command("pause").description("Start a job no more until it is unpaused").argument("<NAME>"))
    .addHelpText("after", EXAMPLES)
    .action(finish((name: string, options: PauseOptions) => pauseJob(cli, name, options)));
}

/** Adds `job unpause`. */
export function addJobUnpause(job: Command, cli: Cli, finish: Finish): void {
  withApi(job.command("unpause").description("End a job's pause").argument("<NAME>"))
    .addHelpText("after", EXAMPLES)
    .action(finish((name: string, options: ApiOptions) => unpauseJob(cli, name, options)));
}

async function pauseJob(cli: Cli, name: string, options: PauseOptions): Promise<void> {
  const { policy, note } = options;
  const api = openApi(cli, options);
  await api.client.pause(name, { policy, note });
  cli.terminal.out(options.json ? api.lastJson() : `paused ${visible(name)} (${policy})\n`);
}

async function unpauseJob(cli: Cli, name: string, options: ApiOptions): Promise<void> {
  const api = openApi(cli, options);
  await api.client.unpause(name);
  cli.terminal.out(options.json ? api.lastJson() : `unpaused ${visible(name)}\n`);
}
