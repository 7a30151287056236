import type { Command } from "commander";
import type { ExecutionReport } from "../../../routes/wire/read_answer.ts";
import type { Client } from "../../client/mod.ts";
import type { Outcome } from "../../model/mod.ts";
import { CarillonError, randomDigits } from "../../runtime/mod.ts";
import { type Api, type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { executionTable } from "../execution_table.ts";
import { EXIT } from "../exit_code.ts";
import { executionsOfGroup, followGroup } from "../follow_group.ts";
import { visible } from "../visible.ts";

interface RunOptions extends ApiOptions {
  wait?: boolean;
  force?: boolean;
  follow?: boolean;
}

/** Pause before a wait that broke off is taken up again, in milliseconds, and how often in a row. */
const PAUSE_MS = 1_000;
const MOST_BREAKS = 5;

const EXAMPLES = `
With --wait or --follow the exit code is 0 when every node's run succeeded, else 1.

Examples:
  carillon job run backup
  carillon job run backup --wait && echo done
  carillon job run backup -f > backup.log
  carillon job run backup --force      # though another run is going on`;

/** Adds `job run`. */
export function addJobRun(job: Command, cli: Cli, finish: Finish): void {
  withApi(
    job.command("run").description("Run a job now").argument("<NAME>")
      .option("--wait", "wait for the end of the run and its retries")
      .option("--force", "run it though it would overlap with another run")
      .option("-f, --follow", "print its output while it runs, and wait"),
  ).addHelpText("after", EXAMPLES).action(
    finish((name: string, options: RunOptions) => runJob(cli, name, options)),
  );
}

async function runJob(cli: Cli, name: string, options: RunOptions): Promise<number> {
  const { terminal } = cli;
  const api = openApi(cli, options);
  // The key makes asking again harmless: a second call for the same run is how its end is waited for.
  const how = { force: options.force ?? false, idempotencyKey: randomDigits(cli.random, 26) };
  const { group } = await api.client.run(name, { ...how, wait: false });
  if (!options.wait && !options.follow) {
    terminal.out(options.json ? api.lastJson() : `started ${group} of job "${visible(name)}"\n`);
    return EXIT.ok;
  }
  const ended = new AbortController();
  const waiting = endOf(cli, api.client, name, how).finally(() => ended.abort());
  const following = options.follow ? followGroup(cli, api.client, { job: name, group }, ended.signal) : undefined;
  const [outcome] = await Promise.all([waiting, following]);
  if (outcome === "unknown") {
    cli.failures.tell(`Cannot tell how ${group} of job "${visible(name)}" ended: its history was removed`);
    return EXIT.failure;
  }
  await report(cli, api, { name, group, outcome, options });
  return outcome === "success" ? EXIT.ok : EXIT.failure;
}

/** Waits for the end of the run that `how` started; `unknown` when history no longer says how it ended. */
async function endOf(
  cli: Cli,
  client: Client,
  name: string,
  how: { force: boolean; idempotencyKey: string },
): Promise<Outcome | "unknown"> {
  for (let breaks = 0;; breaks++) {
    try {
      const { outcome } = await client.run(name, { ...how, wait: true });
      if (outcome !== null) return outcome;
      breaks = 0;
    } catch (thrown) {
      const isBreak = thrown instanceof CarillonError && thrown.code === "unavailable";
      if (!isBreak || breaks === MOST_BREAKS) throw thrown;
    }
    await cli.clock.sleep(PAUSE_MS);
  }
}

/** How it ended: on standard output, unless the run's own output goes there. */
async function report(
  cli: Cli,
  api: Api,
  { name, group, outcome, options }: { name: string; group: string; outcome: Outcome; options: RunOptions },
): Promise<void> {
  const { terminal } = cli;
  if (options.json) return terminal.out(options.follow ? "" : api.lastJson());
  const executions: ExecutionReport[] = await executionsOfGroup(api.client, { job: name, group });
  const text = `${
    executionTable(executions.toReversed(), cli.clock.now(), !options.follow && terminal.colour)
  }${outcome}`;
  if (options.follow) terminal.note(text);
  else terminal.out(`${text}\n`);
}
