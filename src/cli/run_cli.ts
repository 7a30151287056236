import { CommanderError } from "commander";
import { ZodError } from "zod";
import { CarillonError, messageOf } from "../runtime/mod.ts";
import type { Cli } from "./cli.ts";
import { EXIT, EXIT_OF } from "./exit_code.ts";
import { createProgram } from "./program.ts";
import { UsageError } from "./usage_error.ts";

/** Runs one command line and answers the process's exit code; what went wrong is printed, without a stack. */
export async function runCli(args: readonly string[], cli: Cli): Promise<number> {
  let code: number = EXIT.ok;
  try {
    await createProgram(cli, (given) => code = given).parseAsync(args, { from: "user" });
    return code;
  } catch (thrown) {
    return report(cli, thrown);
  }
}

function report(cli: Cli, thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (thrown instanceof Deno.errors.BrokenPipe) return EXIT.ok;
  if (thrown instanceof UsageError) {
    for (const fault of thrown.faults) cli.failures.tell(fault);
    return EXIT.usage;
  }
  tellFailure(cli, thrown);
  if (!(thrown instanceof CarillonError)) return EXIT.failure;
  if (thrown.issues.length > 1) {
    for (const { path, message } of thrown.issues) cli.terminal.note(`  ${path}: ${message}`);
  }
  return EXIT_OF[thrown.code];
}

/** Tells what was thrown: its message, and its stack where those are wanted. */
export function tellFailure({ failures, terminal }: Cli, thrown: unknown): void {
  failures.tell(
    thrown instanceof ZodError ? "Cannot understand the answer: is this a Carillon server?" : messageOf(thrown),
  );
  if (failures.withStacks && thrown instanceof Error && thrown.stack) terminal.note(thrown.stack);
}
