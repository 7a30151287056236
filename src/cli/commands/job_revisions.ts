import type { Command } from "commander";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import { wholeNumber } from "../argument.ts";
import { changeText } from "../change_text.ts";
import type { Cli, Finish } from "../cli.ts";
import { utc } from "../moment.ts";
import { table } from "../table.ts";
import { visible } from "../visible.ts";

const LIST_EXAMPLES = `
Examples:
  carillon job revisions backup
  carillon job revert backup 3`;

const REVERT_EXAMPLES = `
The job is defined as it was in that revision, by a new one; a pause stays as it is.

Examples:
  carillon job revert backup 3`;

/** Adds `job revisions`. */
export function addJobRevisions(job: Command, cli: Cli, finish: Finish): void {
  withApi(job.command("revisions").description("List a job's revisions, and what each changed").argument("<NAME>"))
    .addHelpText("after", LIST_EXAMPLES)
    .action(finish((name: string, options: ApiOptions) => listRevisions(cli, name, options)));
}

/** Adds `job revert`. */
export function addJobRevert(job: Command, cli: Cli, finish: Finish): void {
  const revision = wholeNumber(1, Number.MAX_SAFE_INTEGER);
  withApi(
    job.command("revert").description("Define a job as it was in a revision").argument("<NAME>")
      .argument("<REVISION>", "its number", revision),
  ).addHelpText("after", REVERT_EXAMPLES).action(
    finish((name: string, revision: number, options: ApiOptions) => revert(cli, name, revision, options)),
  );
}

async function listRevisions(cli: Cli, name: string, options: ApiOptions): Promise<void> {
  const api = openApi(cli, options);
  const revisions = await api.client.revisions(name);
  if (options.json) return cli.terminal.out(api.lastJson());
  const rows = revisions.map(({ revision, createdAt, changes }) => [
    String(revision),
    utc(createdAt),
    changes.map((change) => change.before === null ? change.field : changeText(change)).join("; ") || "-",
  ]);
  cli.terminal.out(table(["REVISION", "MADE", "CHANGED"], rows, cli.terminal.colour));
}

async function revert(cli: Cli, name: string, revision: number, options: ApiOptions): Promise<void> {
  const api = openApi(cli, options);
  const { view } = await api.client.revert(name, revision);
  const done = `${visible(name)} is as it was in revision ${revision}, as revision ${view.job.revision}\n`;
  cli.terminal.out(options.json ? api.lastJson() : done);
}
