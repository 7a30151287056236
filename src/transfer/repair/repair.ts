import { Committer, type KvEntry, type KvKey } from "../../kv/mod.ts";
import { CarillonError, type Log, messageOf, randomDigits } from "../../runtime/mod.ts";
import { jobPrefix, jobTable, schemaKey, type Table } from "../../store/mod.ts";
import type { TargetDeps } from "../target.ts";
import { edgesRepair } from "./edges.ts";
import type { Repair } from "./finding.ts";
import { heldRepair } from "./held.ts";
import { timingRepair } from "./timing.ts";

/** Every repair, in the order in which they are done. */
export const REPAIRS: readonly Repair[] = [timingRepair, edgesRepair, heldRepair];

/** How a store is repaired. */
export interface RepairOptions {
  /** Only shows what is wrong. */
  dryRun: boolean;
  /** The cluster's zone for jobs that name none, where no due entry tells it. */
  timezone: string;
}

/** Looks for all that is missing or wrong, and mends it unless it is only to be shown. Answers what was found. */
export async function repairStore(deps: TargetDeps, how: RepairOptions): Promise<string[]> {
  const { engine, clock, log } = deps;
  const list = <T>(table: Table<T>, prefix: KvKey) => readable(deps, table, prefix, log);
  const jobs = (await list(jobTable, jobPrefix())).map(({ value }) => value);
  const committer = new Committer({ engine, clock, log, incarnation: randomDigits(deps.random, 16) });
  const found: string[] = [];
  for (const repair of REPAIRS) {
    for (const { what, change } of await repair.find({ jobs, nowMs: clock.now(), timezone: how.timezone, list })) {
      found.push(what);
      if (how.dryRun) continue;
      const { outcome } = await committer.commit(change);
      if (outcome === "refused") throw disturbed(what);
    }
  }
  await committer.close();
  return found;
}

/** Throws `not_found` where there is no store to repair. */
export async function mustBeStore({ engine }: TargetDeps, name: string): Promise<void> {
  if ((await engine.kv.get(schemaKey())).value !== null) return;
  throw new CarillonError("not_found", `Cannot repair "${name}": it holds no Carillon store`);
}

async function readable<T>({ engine }: TargetDeps, table: Table<T>, prefix: KvKey, log: Log) {
  const found: { entry: KvEntry; value: T }[] = [];
  for await (const entry of engine.kv.list({ prefix }, { batchSize: 1000 })) {
    try {
      found.push({ entry, value: table.decode(entry.value) });
    } catch (thrown) {
      log.warn(`Cannot read a stored ${table.name}: it is left as it is`, {
        key: entry.key.join("/"),
        error: messageOf(thrown),
      });
    }
  }
  return found;
}

function disturbed(what: string): CarillonError {
  return new CarillonError("stale", `Cannot repair ${what}: someone else writes into the store`);
}
