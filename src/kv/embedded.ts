import { DatabaseSync } from "node:sqlite";
import { CarillonError, messageOf } from "../runtime/mod.ts";
import { DenoAtomic, DenoKv } from "./deno_kv.ts";
import type { Engine, KvQueue } from "./engine.ts";
import { PROFILES } from "./profile.ts";

/**
 * Opens (or creates) the Deno KV file at `path`; `:memory:` keeps nothing. Throws `invalid` when the file is no intact
 * database and `unavailable` when it can't be opened; either way the file is left as it was.
 * Two processes on one file do no harm to the data but never wake each other: lock the directory first.
 */
export async function openEmbedded(path: string): Promise<Engine> {
  const deno = await openFile(path);
  let closed = false;
  return {
    kv: new DenoKv(deno),
    profile: PROFILES.embedded,
    queue: queueOf(deno),
    close() {
      if (!closed) deno.close();
      closed = true;
      return Promise.resolve();
    },
  };
}

async function openFile(path: string): Promise<Deno.Kv> {
  try {
    await refuseDamaged(path);
    const deno = await Deno.openKv(path);
    return await readable(deno);
  } catch (thrown) {
    const reason = messageOf(thrown);
    const corrupt = /not a database|malformed|corrupt/i.test(reason);
    throw new CarillonError(corrupt ? "invalid" : "unavailable", `Cannot open store "${path}": ${reason}`, {
      cause: thrown,
    });
  }
}

/**
 * Reads the whole file (about a second for each gigabyte), so that damage anywhere in it shows itself now and not in the
 * middle of work. Opened for reading: a damaged file is left as it is for whoever repairs it.
 */
async function refuseDamaged(path: string): Promise<void> {
  const isThere = path !== ":memory:" && await Deno.stat(path).then(({ isFile }) => isFile, () => false);
  if (!isThere) return;
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const [found] = Object.values(database.prepare("PRAGMA quick_check(1)").get() ?? {});
    if (found !== "ok") throw new Error(`database disk image is malformed: ${String(found).replaceAll("\n", " ")}`);
  } finally {
    database.close();
  }
}

/** A first read, so that a damaged file shows itself now and not in the middle of work. */
async function readable(deno: Deno.Kv): Promise<Deno.Kv> {
  try {
    await deno.get(["slot"]);
    return deno;
  } catch (thrown) {
    deno.close();
    throw thrown;
  }
}

function queueOf(deno: Deno.Kv): KvQueue {
  return {
    enqueue(atomic, message, delayMs) {
      if (atomic instanceof DenoAtomic) atomic.enqueue(message, delayMs);
    },
    listen: (handler) => deno.listenQueue(handler),
  };
}
