import config from "../../deno.json" with { type: "json" };
import { invalid, readEnvironment, systemClock, systemRandom } from "../runtime/mod.ts";
import type { Cli } from "./cli.ts";
import { type Engine, openEmbedded } from "../kv/mod.ts";
import { EXIT } from "./exit_code.ts";
import { systemFiles } from "./files.ts";
import { systemTerminal } from "./print.ts";
import { runCli, tellFailure } from "./run_cli.ts";
import { serve } from "./serve.ts";
import { processSignals } from "./stop_signals.ts";

/** Runs the command that the arguments name, and ends the process with its exit code. */
export async function main(args: readonly string[]): Promise<never> {
  const cli = systemCli();
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    endUncaught(cli, event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    endUncaught(cli, event.error);
  });
  Deno.exit(await runCli(args, cli));
}

function systemCli(): Cli {
  const env = readEnvironment();
  const terminal = systemTerminal(env);
  return {
    terminal,
    failures: { tell: (message) => terminal.note(`error: ${message}`), withStacks: false },
    env,
    clock: systemClock,
    random: systemRandom,
    fetch,
    readText: async (path) =>
      path === "-" ? await new Response(Deno.stdin.readable).text() : await Deno.readTextFile(path),
    disk: systemFiles,
    openEngine,
    hostname: () => Deno.hostname(),
    serve,
    signals: processSignals,
    version: config.version,
  };
}

/** Opens the store in a file. Throws `invalid` for an address of another machine. */
async function openEngine(address: string): Promise<Engine> {
  if (address.includes("://")) throw invalid(`Cannot open store "${address}": this program opens files only`);
  return await openEmbedded(address);
}

/** What nobody caught ends the process: its state is no longer known, and a supervisor starts it anew. */
function endUncaught(cli: Cli, thrown: unknown): never {
  tellFailure(cli, thrown);
  Deno.exit(EXIT.failure);
}
