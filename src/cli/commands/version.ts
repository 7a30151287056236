import type { Command } from "commander";
import type { Cli, Finish } from "../cli.ts";

/** Adds `version`. */
export function addVersion(program: Command, cli: Cli, finish: Finish): void {
  program.command("version").description("Print the version").action(
    finish(() => Promise.resolve(cli.terminal.out(`${cli.version}\n`))),
  );
}
