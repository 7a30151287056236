import type { Kv, KvEntryMaybe, KvKey } from "../kv/mod.ts";
import type { JobTruth } from "../job/mod.ts";
import { CarillonError } from "../runtime/mod.ts";
import { backlogKey, backlogTable, cursorKey, cursorTable, dueKey, dueTable, jobKey, jobTable } from "../store/mod.ts";
import type { Unreadable } from "./unreadable.ts";

/** How often a job is read again that changes while it is read: each try takes three calls, and firing is rarer. */
const TRIES = 50;

/** A job as of one moment; null when it has been deleted meanwhile, or nobody can read it. */
export async function readJobTruth(kv: Kv, name: string, unreadable: Unreadable): Promise<JobTruth | null> {
  for (let tries = 0; tries < TRIES; tries++) {
    const found = await kv.get(jobKey(name));
    const job = unreadable.decode(jobTable, found);
    if (job === null) return null;
    const keys = [jobKey(name), cursorKey(job.uid), backlogKey(job.uid)];
    const [, cursorEntry, backlogEntry] = await kv.getMany(keys);
    const cursor = unreadable.decode(cursorTable, cursorEntry);
    const due = cursor === null || cursor.dueAt === null ? null : await kv.get(dueKey(cursor.dueAt, job.uid));
    const again = await kv.getMany(keys);
    if (!sameStamps([found, cursorEntry, backlogEntry], again)) continue;
    const backlog = unreadable.decode(backlogTable, backlogEntry);
    return { job, cursor, due: due === null ? null : unreadable.decode(dueTable, due), backlog };
  }
  throw new CarillonError("unavailable", `Cannot back up job "${name}": it changes faster than it can be read`);
}

function sameStamps(before: readonly (KvEntryMaybe | undefined)[], after: readonly KvEntryMaybe[]): boolean {
  return before.every((entry, at) => entry?.versionstamp === after[at]?.versionstamp);
}

/** Names of all jobs in pages: where each page begins is known from the one before, so nothing is held open. */
export async function* jobNamePages(kv: Kv, prefix: KvKey, size: number): AsyncIterable<string[]> {
  let page: string[] = [];
  for await (const { key } of kv.list({ prefix }, { batchSize: size })) {
    page.push(String(key[1]));
    if (page.length < size) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/**
 * Whether a due time belongs to what a job's cursor and backlog account for. A run of a later time began after the job
 * was read: left out, as restoring makes that time due again, and it would run twice.
 */
export function isAccounted({ cursor, backlog }: JobTruth, dueAt: number | null): boolean {
  if (dueAt === null || cursor === null) return true;
  if (dueAt > cursor.lastNominal) return false;
  const ranges = backlog === null ? [] : [backlog, ...backlog.later ?? []];
  return !ranges.some(({ from, to }) => dueAt >= from && dueAt <= to);
}
