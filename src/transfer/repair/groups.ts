import { Change } from "../../kv/mod.ts";
import {
  type Execution,
  executionId,
  type Group,
  holdsPlace,
  isEnded,
  outcomeOf,
  type Target,
} from "../../model/mod.ts";
import { executionKey, executionTable, groupTable } from "../../store/mod.ts";
import { attemptOf } from "../../start/mod.ts";
import { endedUnseen, targetStateOf } from "../close_open.ts";
import { countEnd, writeEnd } from "./ended.ts";
import type { Finding, Repair, RepairSource } from "./finding.ts";
import { groupOfPage, type Runs } from "./runs.ts";
import type { Stored } from "./stored.ts";

/**
 * Groups and their executions explain each other: an open target has an attempt that is not over, or is still to be made,
 * and such an attempt is that of an open target.
 */
export const groupsRepair: Repair = {
  name: "groups and their runs",
  async *find(source) {
    const runs = await source.runs();
    const openByGroup = openOf(runs);
    const unmadeByGroup = unmadeOf(runs);
    for (const stored of runs.groups.values()) {
      const { id } = stored.value;
      // A page that nobody can read may hold any of its targets.
      if (runs.opaque.has(id)) continue;
      const open = openByGroup.get(id) ?? [];
      const unmade = unmadeByGroup.get(id) ?? new Set();
      const settled = settle(stored.value, { open: open.map(({ value }) => value), unmade }, runs);
      const finding = await findingOf(stored, settled, source);
      if (finding !== null) yield finding;
      for (const record of open) {
        if (!isExplained(record.value, settled.group)) yield await unexplained(record, source);
      }
    }
  },
};

/** A group as its executions say, and those of its waiting executions that are missing. */
interface Settled {
  group: Group;
  missing: Execution[];
}

/** Executions that are not over, or hold their place, by group; each where its state says. */
function openOf({ queued, marks, history, opaque }: Runs): Map<string, Stored<Execution>[]> {
  const waiting = [...history.values()].filter(({ value }) => value.state === "queued");
  const all: Stored<Execution>[] = [...queued, ...marks, ...waiting];
  return Map.groupBy(
    all.filter(({ value }) => !value.lone && !opaque.has(value.id) && (!isEnded(value) || holdsPlace(value))),
    ({ value }) => value.group,
  );
}

/** Targets that are still to be made, by group. */
function unmadeOf({ unmade }: Runs): Map<string, Set<number>> {
  const byGroup = new Map<string, Set<number>>();
  for (const page of unmade) {
    const targets = byGroup.get(groupOfPage(page)) ?? new Set();
    for (const target of Object.keys(page.value.nodes)) targets.add(Number(target));
    byGroup.set(groupOfPage(page), targets);
  }
  return byGroup;
}

function settle(
  group: Group,
  { open, unmade }: { open: readonly Execution[]; unmade: ReadonlySet<number> },
  runs: Runs,
): Settled {
  if (group.state === "ended") return { group, missing: [] };
  const begun = open.some(({ id, state }) => state !== "queued" || runs.history.get(id) === undefined);
  const state = group.state === "waiting" && begun ? "open" : group.state;
  const missing: Execution[] = [];
  const targets = group.targets.map((target, at): Target => {
    const newest = open.filter((each) => each.target === at).sort((a, b) => b.attempt - a.attempt)[0];
    if (target.state !== "open") return target;
    if (newest !== undefined && newest.attempt >= target.attempt) return { ...target, attempt: newest.attempt };
    const id = executionId(group.id, at, target.attempt);
    if (unmade.has(at) || runs.opaque.has(id)) return target;
    const over = runs.history.get(id)?.value;
    if (over !== undefined && isEnded(over)) return { ...target, state: targetStateOf(over) };
    if (state === "open") return { ...target, state: "lost" };
    // What it asked for stood in its page alone.
    if (group.wide) return { ...target, state: "skipped" };
    const times = { queuedAt: group.createdAt, readyAt: group.createdAt };
    missing.push(attemptOf(group, { ...target, target: at, lone: false }, times));
    return target;
  });
  return { group: { ...group, state, targets }, missing };
}

async function findingOf(
  { entry, value }: Stored<Group>,
  { group, missing }: Settled,
  source: RepairSource,
): Promise<Finding | null> {
  if (missing.length === 0 && JSON.stringify(group) === JSON.stringify(value)) return null;
  const change = new Change().check(entry.key, entry.versionstamp);
  // What the group's record proves: nothing else may stand there while it is unchanged.
  for (const each of missing) change.set(executionKey(each.uid, each.id), executionTable.encode(each));
  const states = group.targets.flatMap(({ state }) => state === "open" ? [] : [state]);
  const over = value.state !== "ended" && states.length === group.targets.length;
  const outcome = outcomeOf(states);
  const after: Group = over ? { ...group, state: "ended", endedAt: source.nowMs, outcome } : group;
  change.set(entry.key, groupTable.encode(after));
  if (over) await countEnd(change, source, { uid: group.uid, outcome });
  const fault = over
    ? "is open, and nothing of it is left to run"
    : missing.length > 0
    ? "waits at its gate without all of its runs"
    : "does not say how far its runs are";
  return { what: `job "${group.jobName}": group ${group.id} ${fault}`, change };
}

/** Whether an execution is the current attempt of an open target. */
function isExplained({ target, attempt }: Execution, group: Group): boolean {
  const known = group.state === "ended" ? undefined : group.targets[target];
  return known?.state === "open" && known.attempt === attempt;
}

async function unexplained({ entry, value }: Stored<Execution>, source: RepairSource): Promise<Finding> {
  const reason = "its group knows nothing of it";
  const change = new Change().check(entry.key, entry.versionstamp).delete(entry.key);
  const key = executionKey(value.uid, value.id);
  const known = await source.get(executionTable, key);
  change.check(key, known?.entry.versionstamp ?? null);
  const ended = isEnded(value) ? { ...value, holdsPlace: false } : endedUnseen(value, reason, source.nowMs);
  await writeEnd(change, source, ended);
  return { what: `job "${value.jobName}": run ${value.id} is open, and ${reason}`, change };
}
