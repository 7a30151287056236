import type { KvEntry } from "../../kv/mod.ts";
import { jobPrefix, jobTable, tombPrefix } from "../../store/mod.ts";
import type { JobState, RepairSource } from "./finding.ts";
import { readRuns, type Runs } from "./runs.ts";
import type { View } from "./view.ts";

/** What repairs read of a store; `forget` says that something of it was changed. */
export async function sourceOf(
  view: View,
  { nowMs, timezone }: Pick<RepairSource, "nowMs" | "timezone">,
): Promise<{ source: RepairSource; forget: () => void }> {
  const jobs = (await Array.fromAsync(view.scan(jobTable, jobPrefix()))).map(({ value }) => value);
  const deleted = new Set((await Array.fromAsync(view.entries(tombPrefix()))).map(({ key }) => String(key[1])));
  const there = new Set(jobs.map(({ uid }) => uid));
  const unreadable = view.unreadable.map(uidOf);
  let runs: Promise<Runs> | undefined;
  const stateOf = (uid: string): JobState => {
    if (there.has(uid)) return "there";
    if (deleted.has(uid)) return "deleted";
    return unreadable.includes(undefined) || unreadable.includes(uid) ? "unknown" : "gone";
  };
  const source: RepairSource = {
    jobs,
    nowMs,
    timezone,
    stateOf,
    list: (table, prefix) => Array.fromAsync(view.scan(table, prefix)),
    get: (table, key) => view.get(table, key),
    isUnreadable: (key) => view.isUnreadable(key),
    runs: () => runs ??= readRuns(view),
  };
  return { source, forget: () => runs = undefined };
}

/** The uid that the record of a job names which nobody can read as a whole; undefined when not even that. */
function uidOf({ value }: KvEntry): string | undefined {
  try {
    const { uid } = JSON.parse(new TextDecoder().decode(value));
    return typeof uid === "string" ? uid : undefined;
  } catch {
    return undefined;
  }
}
