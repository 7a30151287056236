import { Command } from "commander";
import type { Cli } from "./cli.ts";
import { addStart } from "./commands/start.ts";
import { EXIT_CODES_IN_WORDS } from "./exit_code.ts";

/** Makes a command's action of a function that answers the exit code; nothing means done. */
export type Finish = <Args extends unknown[]>(
  handler: (...args: Args) => Promise<number | void>,
) => (...args: Args) => Promise<void>;

/** The tree of all commands. `onExit` gets the exit code of the one that ran. */
export function createProgram(cli: Cli, onExit: (code: number) => void): Command {
  const finish: Finish = (handler) => async (...args) => onExit(await handler(...args) ?? 0);
  const program = new Command("carillon")
    .description("Cron for a fleet.")
    .version(cli.version, "-V, --version", "print the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.terminal.out(text),
      writeErr: (text) => cli.terminal.note(text.replace(/\n$/, "")),
    })
    .showHelpAfterError("(--help shows what is possible)")
    .addHelpText("after", `\n${EXIT_CODES_IN_WORDS}`);
  addStart(program, cli, finish);
  return program;
}
