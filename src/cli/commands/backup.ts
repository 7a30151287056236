import type { Command } from "commander";
import { Backup, backupText } from "../../transfer/mod.ts";
import type { Cli, Finish } from "../cli.ts";
import { EXIT } from "../exit_code.ts";
import { logOf, openStore, placeOf, withStore } from "../store_place.ts";

interface BackupOptions {
  kv?: string;
  overwrite?: boolean;
}

const EXAMPLES = `
Writes what cannot be made anew: definitions and their revisions, how far times are accounted for, history with its
output, statistics, settings. Servers may go on: each job is as of one moment of its own. Nodes, and what runs, are no
part of it: what was running is lost after a restore, and what was queued is skipped.

The file is text, one JSON object a line; a name that ends in .gz makes it gzip. It appears when it is whole.

Examples:
  carillon backup carillon-2026-01-31.ndjson.gz
  carillon backup --kv /var/lib/carillon backup.ndjson.gz
  carillon backup - | ssh other 'cat > backup.ndjson'`;

/** Adds `backup`. */
export function addBackup(program: Command, cli: Cli, finish: Finish): void {
  withStore(program.command("backup").description("Write all jobs and their history to a file"))
    .argument("<FILE>", "where to; - is standard output")
    .option("--overwrite", "replace a file that is there")
    .addHelpText("after", EXAMPLES)
    .action(finish((file: string, options: BackupOptions) => backUp(cli, file, options)));
}

async function backUp(cli: Cli, path: string, options: BackupOptions): Promise<number> {
  const name = placeOf(cli, options.kv);
  await using store = await openStore(cli, name, { what: "back up", mustExist: true, live: true });
  const backup = new Backup({ engine: store.engine, clock: cli.clock, log: logOf(cli) });
  const text = ReadableStream.from(backupText(await backup.header(), backup.lines()));
  const bytes = path.endsWith(".gz") ? text.pipeThrough(new CompressionStream("gzip")) : text;
  if (path === "-") { for await (const piece of bytes) cli.terminal.out(piece); }
  else await cli.disk.save(path, bytes, { overwrite: options.overwrite ?? false });
  const { jobs, executions, lines } = backup.counts;
  cli.terminal.note(`backed up ${jobs} jobs, ${executions} executions, ${lines} lines`);
  if (backup.unreadable === 0) return EXIT.ok;
  cli.terminal.note(`${backup.unreadable} records can't be read; they are in the backup byte for byte`);
  return EXIT.failure;
}
