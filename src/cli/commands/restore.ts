import type { Command } from "commander";
import { messageOf } from "../../runtime/mod.ts";
import { checkBackup, readBackup, refuseFull, restoreBackup, type RestoreCounts } from "../../transfer/mod.ts";
import { openApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { EXIT } from "../exit_code.ts";
import { logOf, openStore, placeOf, withStore } from "../store_place.ts";
import { UsageError } from "../usage_error.ts";
import { visible } from "../visible.ts";

interface RestoreOptions {
  kv?: string;
  url?: string;
  dryRun?: boolean;
  replace?: boolean;
}

const EXAMPLES = `
Takes a file of 'carillon backup' into a store that no server works on: stop all servers first. The whole file is looked
at before anything is written; the store must be empty, or --replace removes what it holds. The store gets a new cluster
id. What was running when the backup was made is lost, what was queued is skipped, neither is tried again; times that
went by since then are missed times, and each job's misfire policy says what becomes of them.

A JSON array of jobs, as Dkron exports it, is stored by a running server (--url) instead.

Examples:
  carillon restore --dry-run carillon-2026-01-31.ndjson.gz
  carillon restore --kv /var/lib/carillon carillon-2026-01-31.ndjson.gz
  carillon restore --url http://127.0.0.1:8080 dkron-jobs.json`;

/** Adds `restore`. */
export function addRestore(program: Command, cli: Cli, finish: Finish): void {
  withStore(program.command("restore").description("Fill a store from a backup, or store the jobs of a Dkron export"))
    .argument("<FILE>", "a backup, or a JSON array of jobs")
    .option("--dry-run", "look at the whole backup and change nothing")
    .option("--replace", "remove what the store holds")
    .option("--url <URL>", "for a JSON array of jobs: address of the server")
    .addHelpText("after", EXAMPLES)
    .action(finish((file: string, options: RestoreOptions) => restore(cli, file, options)));
}

async function restore(cli: Cli, path: string, options: RestoreOptions): Promise<number> {
  if (path === "-") {
    throw new UsageError(["a backup is read twice, so that a damaged one changes nothing: give a file, not -"]);
  }
  if (await isJobArray(cli, path)) return await restoreJobs(cli, path, options);
  const { dryRun = false, replace = false } = options;
  const name = placeOf(cli, options.kv);
  await using store = await openStore(cli, name, { what: "restore into", mustExist: dryRun, live: false });
  const deps = { engine: store.engine, clock: cli.clock, random: cli.random, log: logOf(cli) };
  await refuseFull(store.engine, { replace, name, what: "restore" });
  const open = async () => await readBackup(await cli.disk.read(path), path);
  const checked = await checkBackup(await open(), deps);
  if (dryRun) {
    cli.terminal.out(`would restore ${told(checked)}\n`);
    return EXIT.ok;
  }
  cli.terminal.out(`restored ${told(await restoreBackup(await open(), deps))}\n`);
  return EXIT.ok;
}

function told({ jobs, executions, records, lost, skipped }: RestoreCounts): string {
  const open = lost + skipped === 0
    ? ""
    : ` (${lost} were running and are lost, ${skipped} were queued and are skipped)`;
  return `${jobs} jobs, ${executions} executions${open}, ${records} records`;
}

/** Whether a file begins as a JSON array does. */
async function isJobArray(cli: Cli, path: string): Promise<boolean> {
  try {
    for await (const piece of await cli.disk.read(path)) {
      const text = new TextDecoder().decode(piece).trimStart();
      if (text !== "") return text.startsWith("[");
    }
    return false;
  } catch (thrown) {
    throw new UsageError([`Cannot read "${path}": ${messageOf(thrown)}`]);
  }
}

async function restoreJobs(cli: Cli, path: string, options: RestoreOptions): Promise<number> {
  if (options.dryRun || options.replace || options.kv !== undefined) {
    throw new UsageError([
      `"${path}" is an array of jobs for a running server: --kv, --dry-run, --replace do not apply`,
    ]);
  }
  const lines = await openApi(cli, options).client.restore(await cli.readText(path));
  for (const line of lines) cli.terminal.out(`${visible(line)}\n`);
  return lines.every((line) => line.startsWith("success ")) ? EXIT.ok : EXIT.failure;
}
