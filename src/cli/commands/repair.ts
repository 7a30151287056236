import type { Command } from "commander";
import { isTimeZone } from "../../schedule/mod.ts";
import { mustBeStore, type Repaired, repairStore } from "../../transfer/mod.ts";
import type { Cli, Finish } from "../cli.ts";
import { EXIT } from "../exit_code.ts";
import { logOf, openStore, placeOf, withStore } from "../store_place.ts";
import { UsageError } from "../usage_error.ts";
import { visible } from "../visible.ts";

interface RepairOptions {
  kv?: string;
  dryRun?: boolean;
  timezone?: string;
}

const EXAMPLES = `
Compares what is derived with what it is derived from, and mends it: due index and cursors, edges between jobs, marks of
paused and deleted jobs, current revisions, queues and what nodes have, groups, gates, selectors, taken nodes. Stop all
servers first. Prints a line for each thing that was wrong. A run of which nobody can tell what became of it ends as
skipped or lost. What nobody can read is told, and left as it is.

Examples:
  carillon repair --dry-run
  carillon repair --kv /var/lib/carillon`;

/** Adds `repair`. */
export function addRepair(program: Command, cli: Cli, finish: Finish): void {
  withStore(program.command("repair").description("Make derived records anew where they are missing or wrong"))
    .option("--timezone <ZONE>", "zone of jobs that name none, as 'start' is told it, where no record tells it (UTC)")
    .option("--dry-run", "show what is wrong and change nothing")
    .addHelpText("after", EXAMPLES)
    .action(finish((options: RepairOptions) => repair(cli, options)));
}

async function repair(cli: Cli, options: RepairOptions): Promise<number> {
  const { kv, dryRun = false, timezone = cli.env.CARILLON_TIMEZONE || "UTC" } = options;
  if (!isTimeZone(timezone)) {
    throw new UsageError([`flag --timezone: "${timezone}" is no time zone like Europe/Berlin`]);
  }
  const name = placeOf(cli, kv);
  await using store = await openStore(cli, name, { what: "repair", mustExist: true, live: false });
  const deps = { engine: store.engine, clock: cli.clock, random: cli.random, log: logOf(cli) };
  await mustBeStore(deps, name);
  const { found, unreadable } = await repairStore(deps, { dryRun, timezone });
  for (const { what } of found) cli.terminal.out(`${visible(what)}\n`);
  cli.terminal.note(found.length === 0 ? "nothing is wrong" : `${dryRun ? "found" : "mended"} ${counted(found)}`);
  if (unreadable === 0) return EXIT.ok;
  cli.terminal.note(`${unreadable} records can't be read; they are left as they are`);
  return EXIT.failure;
}

/** How many, and how many of each kind: `3: gates 2, selectors 1`. */
function counted(found: Repaired["found"]): string {
  const kinds = Map.groupBy(found, ({ kind }) => kind);
  return `${found.length}: ${[...kinds].map(([kind, each]) => `${kind} ${each.length}`).join(", ")}`;
}
