import type { KvEntry } from "../../kv/mod.ts";
import { type Execution, type Group, holdsPlace, isEnded, type QueuedExecution, type Unmade } from "../../model/mod.ts";
import {
  executionPrefix,
  executionTable,
  groupTable,
  queuePrefix,
  queueTable,
  runningPrefix,
  runningTable,
  takenPrefix,
  takenTable,
  unmadePrefix,
  unmadeTable,
} from "../../store/mod.ts";
import type { View } from "./view.ts";
import type { Stored } from "./stored.ts";

/** Runs that are not over, wherever they stand, and what explains them. Executions and groups are named by their ids. */
export interface Runs {
  queued: Stored<QueuedExecution>[];
  marks: Stored<Execution>[];
  /** Of the history: what is not over or holds its place, and all of groups that have anything open. */
  history: ReadonlyMap<string, Stored<Execution>>;
  /** Groups that are not over, and those of open executions and of pages. */
  groups: ReadonlyMap<string, Stored<Group>>;
  /** Pages of targets that wide groups have still to make. */
  unmade: Stored<Unmade>[];
  taken: Stored<{ target: number }>[];
  /** Groups with a record, of those that `taken` marks name. */
  takenGroups: ReadonlySet<string>;
  /** Ids of executions and groups of which there is a record that nobody can read: nothing is concluded of them. */
  opaque: ReadonlySet<string>;
}

/** Reads them all: queues, running marks, and the history once. */
export async function readRuns(view: View): Promise<Runs> {
  const queued = await Array.fromAsync(view.scan(queueTable, queuePrefix()));
  const marks = await Array.fromAsync(view.scan(runningTable, runningPrefix()));
  const taken = await Array.fromAsync(view.scan(takenTable, takenPrefix()));
  const unmade = await Array.fromAsync(view.scan(unmadeTable, unmadePrefix()));
  const named = new Set(taken.map(({ entry }) => String(entry.key[1])));
  const wanted = new Set([...[...queued, ...marks].map(({ value }) => value.group), ...unmade.map(groupOfPage)]);
  const history = new Map<string, Stored<Execution>>();
  const groups = new Map<string, Stored<Group>>();
  const takenGroups = new Set<string>();
  for await (const entry of view.entries(executionPrefix())) {
    const group = String(entry.key[2]);
    if (entry.key.length === groupTable.keyParts) {
      if (named.has(group)) takenGroups.add(group);
      const found = view.decode(groupTable, entry);
      if (found !== null && (found.value.state !== "ended" || wanted.has(group))) groups.set(group, found);
      continue;
    }
    const found = view.decode(executionTable, entry);
    if (found === null) continue;
    const keeps = !isEnded(found.value) || holdsPlace(found.value) || wanted.has(group) ||
      groups.get(group)?.value.state === "open" || groups.get(group)?.value.state === "waiting";
    if (keeps) history.set(idOf(entry), found);
  }
  const opaque = new Set(view.unreadable.flatMap(idsOf));
  return { queued, marks, history, groups, unmade, taken, takenGroups, opaque };
}

/** The execution that a record is of, by its key. */
export function idOf({ key }: KvEntry): string {
  return key[0] === executionPrefix()[0] ? `${String(key[2])}${String(key[3])}` : String(key.at(-1));
}

/** The id of the group that a page is of, by its key. */
export function groupOfPage({ entry }: Stored<Unmade>): string {
  return String(entry.key[2]);
}

/** What an unreadable record would have told of. */
function idsOf(entry: KvEntry): string[] {
  const [head, , group] = entry.key;
  if (head === executionPrefix()[0]) return [entry.key.length === groupTable.keyParts ? String(group) : idOf(entry)];
  if (head === unmadePrefix()[0]) return [String(group)];
  return head === queuePrefix()[0] || head === runningPrefix()[0] ? [idOf(entry)] : [];
}
