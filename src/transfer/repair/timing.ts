import { type RebuildOptions, timingAsKnown } from "../../job/mod.ts";
import { Change } from "../../kv/mod.ts";
import type { Cursor, Due, Job } from "../../model/mod.ts";
import {
  backlogKey,
  backlogPrefix,
  backlogTable,
  cursorKey,
  cursorPrefix,
  cursorTable,
  dueKey,
  duePrefix,
  dueTable,
  effectPrefix,
  effectTable,
  gapKey,
  gapTable,
  type Table,
} from "../../store/mod.ts";
import type { Finding, Repair, RepairSource } from "./finding.ts";
import type { Stored } from "./stored.ts";

/** The due index and the cursors: each job has one due entry at most, where its cursor says. */
export const timingRepair: Repair = {
  name: "due index and cursors",
  async *find(source) {
    const { jobs, nowMs, timezone, list, stateOf, isUnreadable } = source;
    const dues = Map.groupBy(await list(dueTable, duePrefix()), ({ entry }) => String(entry.key[2]));
    const defaultTimezone = zoneOf(jobs, dues) ?? timezone;
    const endsToCome = await whoseEndsAreToCome(source);
    const cursors = new Map(
      (await list(cursorTable, cursorPrefix())).map((found) => [String(found.entry.key[1]), found]),
    );
    const backlogs = new Map(
      (await list(backlogTable, backlogPrefix())).map(({ entry, value }) => [String(entry.key[1]), value]),
    );
    for (const job of jobs) {
      const stored = { dues: dues.get(job.uid) ?? [], cursor: cursors.get(job.uid), backlog: backlogs.get(job.uid) };
      dues.delete(job.uid);
      if (isUnreadable(cursorKey(job.uid)) || isUnreadable(backlogKey(job.uid))) continue;
      // Where a backlog starts a run, an end will come too.
      const endIsToCome = endsToCome.has(job.uid) || stored.backlog !== undefined;
      const finding = findingOf(job, stored, { defaultTimezone, nowMs, endIsToCome });
      if (finding !== null) yield finding;
    }
    for (const { entry } of [...dues.values()].flat()) {
      if (stateOf(String(entry.key[2])) === "unknown") continue;
      const change = new Change().check(entry.key, entry.versionstamp).delete(entry.key);
      yield { what: `a due entry stands for job ${String(entry.key[2])}, which is gone`, change };
    }
  },
};

function findingOf(
  job: Job,
  { dues, cursor, backlog }: {
    dues: readonly Stored<Due>[];
    cursor: Stored<Cursor> | undefined;
    backlog: Parameters<typeof timingAsKnown>[0]["backlog"] | undefined;
  },
  options: RebuildOptions,
): Finding | null {
  const { uid, definition } = job;
  const own = dues.find(({ entry }) => entry.key[1] === cursor?.value.dueAt) ?? dues[0];
  const truth = { job, cursor: cursor?.value ?? null, due: own?.value ?? null, backlog: backlog ?? null };
  const timing = timingAsKnown(truth, options);
  const faults: string[] = [];
  if (cursor === undefined) faults.push("its cursor is missing");
  else if (!isSame(cursorTable, cursor.value, timing.cursor)) faults.push("its cursor does not say when it is due");
  if (dues.length > 1) faults.push("it has more than one due entry");
  if (timing.due === null && dues.length > 0) faults.push("it has a due entry, and nothing makes it due");
  else if (timing.due !== null && own === undefined) faults.push("its due entry is missing");
  else if (
    timing.due !== null && (own?.entry.key[1] !== timing.due.atMs || !isSame(dueTable, own.value, timing.due.value))
  ) {
    faults.push("its due entry is not as its definition says");
  }
  if (faults.length === 0) return null;
  const change = new Change();
  for (const { entry } of dues) change.check(entry.key, entry.versionstamp).delete(entry.key);
  change.check(cursorKey(uid), cursor?.entry.versionstamp ?? null);
  change.set(cursorKey(uid), cursorTable.encode(timing.cursor));
  if (timing.due !== null) change.set(dueKey(timing.due.atMs, uid), dueTable.encode(timing.due.value));
  const gap = timing.closedGap;
  if (gap !== null) change.set(gapKey(uid, gap.from), gapTable.encode(gap));
  return { what: `job "${definition.name}": ${faults.join(", ")}`, change };
}

/** Jobs of which a run is not over, or an `@after_end` is owed: their next time counts from what is still to come. */
async function whoseEndsAreToCome({ runs, list }: RepairSource): Promise<ReadonlySet<string>> {
  const { queued, marks, groups, history } = await runs();
  const open = [...queued, ...marks, ...history.values(), ...groups.values()];
  const uids = open.filter(({ value }) => value.state !== "ended").map(({ value }) => value.uid);
  const owed = (await list(effectTable, effectPrefix())).flatMap(({ value }) => "uid" in value ? [value.uid] : []);
  return new Set([...uids, ...owed]);
}

/** The cluster's zone, as any due entry of a job that names none tells it. */
function zoneOf(jobs: readonly Job[], dues: ReadonlyMap<string, readonly Stored<Due>[]>): string | undefined {
  const job = jobs.find(({ uid, definition }) => definition.timezone === "" && dues.has(uid));
  return job && dues.get(job.uid)?.[0]?.value.plan.timezone;
}

/** Whether two values are stored alike: as they are read, fields stand in one order. */
function isSame<T>(table: Table<T>, stored: T, wanted: T): boolean {
  return JSON.stringify(stored) === JSON.stringify(table.decode(table.encode(wanted)));
}
