import type { Command } from "commander";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";

interface CancelOptions extends ApiOptions {
  reason?: string;
}

const EXAMPLES = `
The run gets SIGTERM, and SIGKILL when its grace is over. One that has ended stays as it is.

Examples:
  carillon execution cancel backup 01k2m9q5c7h3x8w4n6t0-0000-001 --reason "disk is full"`;

/** Adds `execution cancel`. */
export function addExecutionCancel(execution: Command, cli: Cli, finish: Finish): void {
  withApi(
    execution.command("cancel").description("Stop an execution").argument("<JOB>").argument("<ID>")
      .option("--reason <TEXT>", "why, for the record"),
  ).addHelpText("after", EXAMPLES).action(
    finish((job: string, id: string, options: CancelOptions) => cancelExecution(cli, { job, id }, options)),
  );
}

async function cancelExecution(cli: Cli, { job, id }: { job: string; id: string }, options: CancelOptions) {
  const api = openApi(cli, options);
  const { state } = await api.client.cancel(job, id, options.reason ?? "");
  const isGoingOn = state === "queued" || state === "running";
  const text = isGoingOn ? `stopping ${id}\n` : `${state} ${id}\n`;
  cli.terminal.out(options.json ? api.lastJson() : text);
}
