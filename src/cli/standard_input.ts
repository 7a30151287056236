import { messageOf } from "../runtime/mod.ts";
import type { Cli } from "./cli.ts";
import { UsageError } from "./usage_error.ts";

/**
 * What standard input says that nobody is to see, without one newline at its end. Throws a UsageError for a terminal, which
 * would show it, and for what is no text; `what` and `command` are for that.
 */
export async function readHidden(cli: Cli, what: string, command: string): Promise<string> {
  if (cli.readsTerminal()) {
    throw new UsageError([
      `Cannot read ${what} from a terminal, which shows what is typed: give it a file or a pipe, like ${command} < FILE`,
    ]);
  }
  const bytes = await new Response(await cli.disk.read("-")).bytes();
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch (thrown) {
    throw new UsageError([`Cannot read ${what}: ${messageOf(thrown)}; write bytes as base64`]);
  }
}
