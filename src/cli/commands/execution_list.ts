import { type Command, InvalidArgumentError } from "commander";
import { STATES_ON_WIRE } from "../../../routes/wire/execution_answer.ts";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import { wholeNumber } from "../argument.ts";
import type { Cli, Finish } from "../cli.ts";
import { ALL_STATES, executionQuery } from "../execution_query.ts";
import { executionTable } from "../execution_table.ts";

interface ListOptions extends ApiOptions {
  state?: string;
  limit?: number;
}

const EXAMPLES = `
Without --state, those that started; newest first.

Examples:
  carillon execution list backup
  carillon execution list backup --state failed,timed_out
  carillon execution list backup --state all --limit 5`;

/** Adds `execution list`. */
export function addExecutionList(execution: Command, cli: Cli, finish: Finish): void {
  withApi(
    execution.command("list").description("List a job's executions").argument("<JOB>")
      .option("--state <STATES>", `all, or some of ${STATES_ON_WIRE.join(", ")}`, parseStates)
      .option("--limit <N>", "so many at most", wholeNumber(1, 1_000_000)),
  ).addHelpText("after", EXAMPLES).action(
    finish((job: string, options: ListOptions) => listExecutions(cli, job, options)),
  );
}

function parseStates(text: string): string {
  if (text === "all") return ALL_STATES;
  const unknown = text.split(",").find((name) => !STATES_ON_WIRE.some((state) => state === name));
  if (unknown === undefined) return text;
  throw new InvalidArgumentError(`"${unknown}" is no state.`);
}

async function listExecutions(cli: Cli, job: string, options: ListOptions): Promise<void> {
  const { terminal } = cli;
  const { state, limit, json } = options;
  const api = openApi(cli, options);
  const query = executionQuery({ states: state ?? null, limit: limit ?? null, withOutput: json ?? false });
  const { executions, total } = await api.client.executions(job, query);
  if (json) return terminal.out(api.lastJson());
  if (executions.length > 0) terminal.out(executionTable(executions, cli.clock.now(), terminal.colour));
  if (total === 0) terminal.note("No executions");
  else if (executions.length < total) terminal.note(`${executions.length} of ${total} executions`);
}
