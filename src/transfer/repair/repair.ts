import { Committer } from "../../kv/mod.ts";
import { CarillonError, randomDigits } from "../../runtime/mod.ts";
import { SCHEMA_VERSION, schemaKey, schemaTable, unfinishedStore } from "../../store/mod.ts";
import type { TargetDeps } from "../target.ts";
import { deletedJobsRepair } from "./deleted_jobs.ts";
import { edgesRepair } from "./edges.ts";
import { executionsRepair } from "./executions.ts";
import type { Repair } from "./finding.ts";
import { gatesRepair } from "./gates.ts";
import { groupsRepair } from "./groups.ts";
import { heldRepair } from "./held.ts";
import { lostGroupsRepair } from "./lost_groups.ts";
import { revisionsRepair } from "./revisions.ts";
import { selectorsRepair } from "./selectors.ts";
import { sourceOf } from "./source.ts";
import { takenRepair } from "./taken.ts";
import { timingRepair } from "./timing.ts";
import { unmadeRepair } from "./unmade.ts";
import { View } from "./view.ts";

/**
 * Every repair, in the order in which they are done: each stands on what those before it have mended. Times come after
 * runs, as what an `@after_end` counts from may be among those that end here.
 */
export const REPAIRS: readonly Repair[] = [
  deletedJobsRepair,
  revisionsRepair,
  edgesRepair,
  heldRepair,
  lostGroupsRepair,
  executionsRepair,
  unmadeRepair,
  selectorsRepair,
  groupsRepair,
  gatesRepair,
  takenRepair,
  timingRepair,
];

/** How a store is repaired. */
export interface RepairOptions {
  /** Only shows what is wrong. */
  dryRun: boolean;
  /** The cluster's zone for jobs that name none, where no due entry tells it. */
  timezone: string;
}

/** What a repair has found. */
export interface Repaired {
  /** What was wrong, each with the kind of record. */
  found: { kind: string; what: string }[];
  /** Records that nobody can read: they are left as they are. */
  unreadable: number;
}

/** Looks for all that is missing or wrong, and mends it unless it is only to be shown. Answers what was found. */
export async function repairStore(deps: TargetDeps, how: RepairOptions): Promise<Repaired> {
  const { engine, clock, log } = deps;
  const view = new View(deps);
  const committer = new Committer({ engine, clock, log, incarnation: randomDigits(deps.random, 16) });
  const { source, forget } = await sourceOf(view, { nowMs: clock.now(), timezone: how.timezone });
  const found: Repaired["found"] = [];
  for (const repair of REPAIRS) {
    for await (const { what, change } of repair.find(source)) {
      found.push({ kind: repair.name, what });
      if (how.dryRun) view.show(change);
      else if ((await committer.commit(change)).outcome === "refused") throw disturbed(what);
      forget();
    }
  }
  await committer.close();
  return { found, unreadable: view.unreadable.length };
}

/** Throws `not_found` where there is no store to repair, `unavailable` for one that this program cannot judge. */
export async function mustBeStore({ engine }: TargetDeps, name: string): Promise<void> {
  const { value } = await engine.kv.get(schemaKey());
  if (value === null) throw new CarillonError("not_found", `Cannot repair "${name}": it holds no Carillon store`);
  const { version, minReader, unfinished } = schemaTable.decode(value);
  if (unfinished) throw unfinishedStore(unfinished);
  const refuse = (reason: string) => new CarillonError("unavailable", `Cannot repair "${name}": ${reason}`);
  if (minReader > SCHEMA_VERSION) {
    throw refuse(`its schema is version ${version}, and this program reads up to ${SCHEMA_VERSION}`);
  }
  if (version < SCHEMA_VERSION) {
    throw refuse(
      `its schema is version ${version}; start a server on it once, which brings it up to ${SCHEMA_VERSION}`,
    );
  }
}

function disturbed(what: string): CarillonError {
  return new CarillonError("stale", `Cannot repair ${what}: someone else writes into the store`);
}
