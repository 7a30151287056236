import { join } from "node:path";
import { CarillonError, messageOf } from "../runtime/mod.ts";

/** A data directory that this process has for itself; disposing lets go of it. */
export interface DataDir extends Disposable {
  readonly path: string;
  readonly storePath: string;
}

/**
 * Makes the directory if need be and locks it for this process. Throws `unavailable` when another process has it, or it
 * can't be written.
 */
export async function openDataDir(path: string): Promise<DataDir> {
  let file: Deno.FsFile;
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    file = await Deno.open(join(path, "lock"), { create: true, write: true, mode: 0o600 });
  } catch (cause) {
    throw new CarillonError("unavailable", `Cannot use data directory "${path}": ${messageOf(cause)}`, { cause });
  }
  if (!file.tryLockSync(true)) {
    file.close();
    throw new CarillonError("unavailable", `Cannot use data directory "${path}": another process is using it`);
  }
  return {
    path,
    storePath: join(path, "carillon.sqlite3"),
    [Symbol.dispose]: () => file.close(),
  };
}
