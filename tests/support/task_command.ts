import { type Command, InvalidArgumentError } from "commander";

/** Reads what a task was called with; says what is wrong with it, and ends the process with 2. */
export function parseTask(command: Command): Command {
  return command
    .showHelpAfterError("(--help tells how to call it)")
    .exitOverride(({ exitCode }) => Deno.exit(exitCode === 0 ? 0 : 2))
    .parse(Deno.args, { from: "user" });
}

/** A whole number of at least 0. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}
