import { type Command, Option } from "commander";
import { skippedLine } from "../../output/mod.ts";
import { type Api, type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { followOutput } from "../follow_output.ts";
import { visible } from "../visible.ts";

interface OutputOptions extends ApiOptions {
  follow?: boolean;
}

const EXAMPLES = `
Prints the bytes as the run wrote them, whatever they do to a terminal; --json prints the execution with its output.

Examples:
  carillon execution output backup 01k2m9q5c7h3x8w4n6t0-0000-001
  carillon execution output backup 01k2m9q5c7h3x8w4n6t0-0000-001 -f`;

/** Adds `execution output`. */
export function addExecutionOutput(execution: Command, cli: Cli, finish: Finish): void {
  withApi(
    execution.command("output").description("Print what an execution wrote").argument("<JOB>").argument("<ID>")
      .addOption(new Option("-f, --follow", "go on until it has ended").conflicts("json")),
  ).addHelpText("after", EXAMPLES).action(
    finish((job: string, id: string, options: OutputOptions) => printOutput(cli, { job, id }, options)),
  );
}

async function printOutput(cli: Cli, execution: { job: string; id: string }, options: OutputOptions): Promise<void> {
  const api = openApi(cli, options);
  const { job, id } = execution;
  if (options.follow) return await followToEnd(cli, api, execution);
  if (!options.json) return cli.terminal.out(await api.client.output(job, id));
  await api.client.execution(job, id);
  cli.terminal.out(api.lastJson());
}

async function followToEnd(cli: Cli, { client }: Api, execution: { job: string; id: string }): Promise<void> {
  const { terminal, clock } = cli;
  const { state, exitCode, reason } = await followOutput({ client, clock }, execution, (piece) => {
    if (piece.kind === "bytes") terminal.out(piece.data);
    else terminal.note(skippedLine(piece.bytes));
  });
  const code = exitCode === null ? "" : `, exit code ${exitCode}`;
  terminal.note(`${state}${code}${reason === null ? "" : `: ${visible(reason)}`}`);
}
