import type { Fetch } from "../client/mod.ts";
import type { Engine } from "../kv/mod.ts";
import type { Clock, Random } from "../runtime/mod.ts";
import type { Files } from "./files.ts";
import type { Terminal } from "./print.ts";
import type { serve } from "./serve.ts";
import type { serveAgent } from "./serve_agent.ts";
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
  disk: Files;
  /** Whether standard input is a terminal. */
  readsTerminal: () => boolean;
  /** Opens the store in a file, or at an address. */
  openEngine: (address: string) => Promise<Engine>;
  hostname: () => string;
  serve: typeof serve;
  serveAgent: typeof serveAgent;
  signals: SignalSource;
  version: string;
  failures: Failures;
}

/** How it is told what went wrong; `start` makes log lines of it. */
export interface Failures {
  tell: (message: string) => void;
  withStacks: boolean;
}

/** Makes a command's action of a function that answers the exit code; nothing means done. */
export type Finish = <Args extends unknown[]>(
  handler: (...args: Args) => Promise<number | void>,
) => (...args: Args) => Promise<void>;
