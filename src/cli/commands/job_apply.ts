import type { Command } from "commander";
import { CarillonError, messageOf } from "../../runtime/mod.ts";
import { type Api, type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { EXIT } from "../exit_code.ts";
import { type FileJob, isSame, readJobFile } from "../job_file.ts";
import { UsageError } from "../usage_error.ts";
import { visible } from "../visible.ts";

interface ApplyOptions extends ApiOptions {
  file: string;
}

const EXAMPLES = `
The file is YAML (one document or many) or JSON; each document is a job or a list of jobs. Keys are those of the API
(name, schedule, executor, executor_config, …); unknown ones are refused. A job replaces the one of its name. Parents
are stored before their children. A job that cannot be stored does not hold up the others.

Examples:
  carillon job apply -f jobs.yaml
  cat job.json | carillon job apply -f -
  printf 'name: hello\\nschedule: "@every 1m"\\nexecutor: shell\\nexecutor_config: { command: "echo hello" }\\n' |
    carillon job apply -f -`;

/** Adds `job apply`. */
export function addJobApply(job: Command, cli: Cli, finish: Finish): void {
  withApi(
    job.command("apply").description("Create or replace jobs from a file")
      .requiredOption("-f, --file <FILE>", "YAML or JSON; - is standard input"),
  ).addHelpText("after", EXAMPLES).action(finish((options: ApplyOptions) => applyJobs(cli, options)));
}

async function applyJobs(cli: Cli, options: ApplyOptions): Promise<number> {
  const api = openApi(cli, options);
  const { terminal } = cli;
  const { jobs, faults } = readJobFile(options.file, await readText(cli, options.file));
  for (const fault of faults) terminal.note(`error: ${fault}`);
  let failures = faults.length;
  for (const job of jobs) {
    try {
      const line = await applyJob(api, job);
      terminal.out(options.json ? api.lastJson() : line);
    } catch (thrown) {
      if (!isOfThisJob(thrown)) throw thrown;
      failures++;
      terminal.note(`error: ${job.where}: ${messageOf(thrown)}`);
      for (const { path, message } of thrown.issues.slice(1)) terminal.note(`  ${path}: ${message}`);
    }
  }
  return failures === 0 ? EXIT.ok : EXIT.failure;
}

/** Stores a job that is not yet as the file says; a revision of nothing new would only hide the real ones. */
async function applyJob({ client }: Api, job: FileJob): Promise<string> {
  const name = job.definition?.name;
  const before = name === undefined ? undefined : await client.job(name).catch(undefinedWhenMissing);
  if (isSame(job, before?.view.job.definition)) return `unchanged  ${visible(name ?? "")}\n`;
  const { view } = await client.apply(job.body, { strict: true });
  return `${view.job.revision === 1 ? "created  " : "updated  "}  ${visible(view.job.definition.name)}\n`;
}

function undefinedWhenMissing(thrown: unknown): undefined {
  if (thrown instanceof CarillonError && thrown.code === "not_found") return undefined;
  throw thrown;
}

/** Whether the fault may be of one job only, so that others are worth trying. */
function isOfThisJob(thrown: unknown): thrown is CarillonError {
  return thrown instanceof CarillonError && !["unavailable", "unauthorized", "forbidden"].includes(thrown.code);
}

async function readText(cli: Cli, path: string): Promise<string> {
  try {
    return await cli.readText(path);
  } catch (thrown) {
    throw new UsageError([`Cannot read "${path}": ${messageOf(thrown)}`]);
  }
}
