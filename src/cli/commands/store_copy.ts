import type { Command } from "commander";
import { copyStore, type Counts, refuseFull, surveyCopy } from "../../transfer/mod.ts";
import type { Cli, Finish } from "../cli.ts";
import { logOf, openStore } from "../store_place.ts";

interface CopyOptions {
  from: string;
  to: string;
  dryRun?: boolean;
  replace?: boolean;
}

const EXAMPLES = `
Copies everything, what waits and what runs too, so that servers go on with the new store where they stopped with the
old one: stop all servers first. Records are counted on both sides at the end. The old store is not changed.

Examples:
  carillon store copy --from /var/lib/carillon --to etcd://10.0.0.1:2379,10.0.0.2:2379,10.0.0.3:2379
  carillon store copy --from https://kv.example.com --to /var/lib/carillon --dry-run`;

/** Adds `store copy`. */
export function addStoreCopy(store: Command, cli: Cli, finish: Finish): void {
  store.command("copy").description("Copy a store to another place")
    .requiredOption("--from <KV>", "the store to copy: a data directory, or an address")
    .requiredOption("--to <KV>", "where to: a data directory, or an address")
    .option("--dry-run", "count, and look whether all of it fits, and write nothing")
    .option("--replace", "remove what the target holds")
    .addHelpText("after", EXAMPLES)
    .action(finish((options: CopyOptions) => copy(cli, options)));
}

async function copy(cli: Cli, { from, to, dryRun = false, replace = false }: CopyOptions): Promise<void> {
  await using source = await openStore(cli, from, { what: "copy from", mustExist: true, live: false });
  await using target = await openStore(cli, to, { what: "copy to", mustExist: false, live: false });
  await refuseFull(target.engine, { replace, name: to, what: "copy" });
  const planned = await surveyCopy(source.engine, target.engine);
  if (dryRun) return cli.terminal.out(`would copy ${totalOf(planned)} records\n${table(planned)}`);
  const deps = { engine: target.engine, clock: cli.clock, random: cli.random, log: logOf(cli) };
  const copied = await copyStore(source.engine, deps);
  cli.terminal.out(`copied ${totalOf(copied)} records, counted on both sides\n${table(copied)}`);
}

function totalOf(counts: Counts): number {
  return [...counts.values()].reduce((sum, each) => sum + each, 0);
}

function table(counts: Counts): string {
  return [...counts].sort().map(([head, count]) => `  ${head.padEnd(10)} ${count}\n`).join("");
}
