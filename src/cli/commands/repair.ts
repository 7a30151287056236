import type { Command } from "commander";
import { isTimeZone } from "../../schedule/mod.ts";
import { mustBeStore, repairStore } from "../../transfer/mod.ts";
import type { Cli, Finish } from "../cli.ts";
import { logOf, openStore, placeOf, withStore } from "../store_place.ts";
import { UsageError } from "../usage_error.ts";
import { visible } from "../visible.ts";

interface RepairOptions {
  kv?: string;
  dryRun?: boolean;
  timezone?: string;
}

const EXAMPLES = `
Compares what is derived with what it is derived from, and mends it: the due index and cursors, the edges between jobs,
the marks that hold back runs of paused jobs. Stop all servers first. Prints a line for each thing that was wrong.

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

async function repair(cli: Cli, options: RepairOptions): Promise<void> {
  const { kv, dryRun = false, timezone = cli.env.CARILLON_TIMEZONE || "UTC" } = options;
  if (!isTimeZone(timezone)) {
    throw new UsageError([`flag --timezone: "${timezone}" is no time zone like Europe/Berlin`]);
  }
  const name = placeOf(cli, kv);
  await using store = await openStore(cli, name, { what: "repair", mustExist: true, live: false });
  const deps = { engine: store.engine, clock: cli.clock, random: cli.random, log: logOf(cli) };
  await mustBeStore(deps, name);
  const found = await repairStore(deps, { dryRun, timezone });
  for (const line of found) cli.terminal.out(`${visible(line)}\n`);
  const verb = dryRun ? "found" : "mended";
  cli.terminal.note(found.length === 0 ? "nothing is wrong" : `${verb} ${found.length}`);
}
