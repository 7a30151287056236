import type { Fetch } from "../client/mod.ts";
import type { Clock, Random } from "../runtime/mod.ts";
import type { Terminal } from "./print.ts";
import type { serve } from "./serve.ts";
import type { SignalSource } from "./stop_signals.ts";

/** What every command is handed. */
export interface Cli {
  terminal: Terminal;
  /** The environment as it was when the process began. */
  env: Readonly<Record<string, string>>;
  clock: Clock;
  random: Random;
  fetch: Fetch;
  /** Text of a file, `-` for standard input. */
  readText: (path: string) => Promise<string>;
  hostname: () => string;
  serve: typeof serve;
  signals: SignalSource;
  version: string;
}
