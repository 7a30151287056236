import config from "../../deno.json" with { type: "json" };
import { readEnvironment, systemClock, systemRandom } from "../runtime/mod.ts";
import { openEngine } from "../kv/mod.ts";
import type { Cli } from "./cli.ts";
import { EXIT } from "./exit_code.ts";
import { systemFiles } from "./files.ts";
import { systemTerminal } from "./print.ts";
import { runCli, tellFailure } from "./run_cli.ts";
import { serve } from "./serve.ts";
import { serveAgent } from "./serve_agent.ts";
import { processSignals } from "./stop_signals.ts";
import { logOf } from "./store_place.ts";

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
    readsTerminal: () => Deno.stdin.isTerminal(),
    openEngine: (address) =>
      openEngine(address, {
        accessToken: env.DENO_KV_ACCESS_TOKEN,
        clock: systemClock,
        log: logOf({ clock: systemClock, terminal }),
      }),
    hostname: () => Deno.hostname(),
    serve,
    serveAgent,
    signals: processSignals,
    version: config.version,
  };
}

/** What nobody caught ends the process: its state is no longer known, and a supervisor starts it anew. */
function endUncaught(cli: Cli, thrown: unknown): never {
  tellFailure(cli, thrown);
  Deno.exit(EXIT.failure);
}
