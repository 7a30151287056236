import { dirname, join } from "node:path";
import type { Command } from "commander";
import type { Engine } from "../kv/mod.ts";
import { CarillonError, createLog, type Log } from "../runtime/mod.ts";
import { openDataDir } from "../server/mod.ts";
import { refuseLive } from "../transfer/mod.ts";
import type { Cli } from "./cli.ts";

/** Where a server keeps its data unless it is told otherwise. */
const DEFAULT_PLACE = "carillon.data";

/** A store that a command works on; disposing closes it and lets go of its lock. */
export interface OpenedStore extends AsyncDisposable {
  engine: Engine;
  name: string;
}

/** How a store is to be opened. */
export interface OpenHow {
  /** Words for messages: `restore into`. */
  what: string;
  /** It must be there already. */
  mustExist: boolean;
  /** Servers may go on working on it. */
  live: boolean;
}

/** Adds the option that names a store. */
export function withStore(command: Command): Command {
  return command.option(
    "--kv <KV>",
    `the store: a data directory, or an address (CARILLON_KV, CARILLON_DATA_DIR, or ${DEFAULT_PLACE})`,
  );
}

/** The store that `--kv`, or else the environment, names. */
export function placeOf({ env }: Cli, given: string | undefined): string {
  return given ?? (env.CARILLON_KV || env.CARILLON_DATA_DIR || DEFAULT_PLACE);
}

/**
 * Opens a store by its data directory, its file, or its address. Throws `unavailable` while a server works on it, unless it
 * may be live; `not_found` where there is none.
 */
export async function openStore(cli: Cli, name: string, how: OpenHow): Promise<OpenedStore> {
  await using stack = new AsyncDisposableStack();
  const address = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(name) ? name : await lockFile(name, how, stack);
  const engine = await cli.openEngine(address);
  stack.defer(() => engine.close());
  if (!how.live) await refuseLive(engine, cli.clock, { name, what: how.what });
  const kept = stack.move();
  return { engine, name, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Warnings of a command, on standard error. */
export function logOf({ clock, terminal }: Pick<Cli, "clock" | "terminal">): Log {
  return createLog({ level: "warn", format: "text", now: () => clock.now(), write: (line) => terminal.note(line) });
}

/** The file of a store on this machine; its directory is locked, as a server does, unless the store may be live. */
async function lockFile(path: string, how: OpenHow, stack: AsyncDisposableStack): Promise<string> {
  const found = await Deno.stat(path).catch(() => null);
  const isDirectory = found === null ? !path.endsWith(".sqlite3") : found.isDirectory;
  const file = isDirectory ? join(path, "carillon.sqlite3") : path;
  const isThere = isDirectory ? await Deno.stat(file).then(() => true, () => false) : found !== null;
  if (how.mustExist && !isThere) {
    throw new CarillonError("not_found", `Cannot ${how.what} "${path}": there is no store`);
  }
  if (!how.live) stack.use(await openDataDir(dirname(file)));
  return file;
}
