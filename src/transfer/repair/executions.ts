import { Change, encodeKey, type KvKey } from "../../kv/mod.ts";
import { type Execution, isAssigned, isEnded } from "../../model/mod.ts";
import { executionTable, queuePrefix, revisionKey, revisionTable, runningPrefix } from "../../store/mod.ts";
import { endedUnseen } from "../close_open.ts";
import { placesOf, writeEnd } from "./ended.ts";
import type { Finding, Repair, RepairSource } from "./finding.ts";
import { idOf, type Runs } from "./runs.ts";
import type { Stored } from "./stored.ts";

/**
 * Runs that are not over: each has one record, where its state says (`OpenExecutions`). Of several the one that knows most
 * is right: an end, a node that has it, the queue. What no server could ever end, or must not begin, is ended here.
 */
export const executionsRepair: Repair = {
  name: "records of runs",
  async *find(source) {
    const runs = await source.runs();
    for (const [id, records] of recordsById(runs)) {
      const [{ value }] = records;
      if (runs.opaque.has(id) || runs.opaque.has(value.group)) continue;
      const group = runs.groups.get(value.group)?.value;
      // A wide group has no executions while it waits.
      const waits = group?.state === "waiting" && !group.wide;
      const finding = await findingOf(records, waits, source);
      if (finding !== null) yield finding;
    }
  },
};

type Records = [Stored<Execution>, ...Stored<Execution>[]];

function recordsById({ queued, marks, history }: Runs): Map<string, Records> {
  const byId = new Map<string, Records>();
  for (const record of [...queued, ...marks, ...history.values()]) {
    const id = idOf(record.entry);
    const known = byId.get(id);
    if (known) known.push(record);
    else byId.set(id, [record]);
  }
  return byId;
}

async function findingOf(records: Records, waits: boolean, source: RepairSource): Promise<Finding | null> {
  const truth = truthOf(records, waits);
  const reason = isEnded(truth) ? null : await whyNever(truth, source);
  const after = isEnded(truth) || reason === null ? truth : endedUnseen(truth, reason, source.nowMs);
  const wanted = new Map(placesOf(after, waits).map((key) => [encodeKey(key), key]));
  const change = new Change();
  for (const { entry, value } of records) {
    const encoded = encodeKey(entry.key);
    if (wanted.has(encoded) && value.state === after.state) wanted.delete(encoded);
    else if (wanted.has(encoded)) change.check(entry.key, entry.versionstamp);
    else change.check(entry.key, entry.versionstamp).delete(entry.key);
  }
  const stood = new Set(records.map(({ entry }) => encodeKey(entry.key)));
  for (const [encoded, key] of wanted) {
    if (!stood.has(encoded)) change.check(key, null);
    change.set(key, executionTable.encode(after));
  }
  if (change.writes.size === 0) return null;
  if (reason !== null && isEnded(after)) await writeEnd(change, source, after);
  const which = `job "${after.jobName}": run ${after.id}`;
  const stands = records.map(({ entry }) => placeOf(entry.key)).join(" and ");
  const rights = placesOf(after, waits).map(placeOf).join(" and ");
  const what = reason === null
    ? `${which} stands ${stands}, and its place is ${rights}`
    : `${which} stands ${stands}, and ${reason}`;
  return { what, change };
}

/** The record that knows most. */
function truthOf(records: Records, waits: boolean): Execution {
  const rank = ({ entry: { key }, value }: Stored<Execution>): number => {
    const isMark = key[0] === runningPrefix()[0];
    if (isEnded(value)) return isMark ? 2 : 0;
    if (isAssigned(value)) return isMark ? 1 : 3;
    return (key[0] === queuePrefix()[0]) === waits ? 5 : 4;
  };
  const since = ({ value }: Stored<Execution>) => isAssigned(value) ? value.claimedAt : 0;
  const [best = records[0]] = records.toSorted((a, b) => rank(a) - rank(b) || since(b) - since(a));
  return best.value;
}

/** Why no server could end an execution, or must not let it begin; null when all is well. */
export async function whyNever(
  { uid, revision, state }: Pick<Execution, "uid" | "revision" | "state">,
  source: RepairSource,
): Promise<string | null> {
  const jobState = source.stateOf(uid);
  if (state === "queued" && jobState === "gone") return "its job is gone";
  const key = revisionKey(uid, revision);
  if (await source.get(revisionTable, key) !== null || source.isUnreadable(key)) return null;
  return `revision ${revision} of its job is gone`;
}

function placeOf([head, node]: KvKey): string {
  if (head === queuePrefix()[0]) return "in the queue";
  return head === runningPrefix()[0] ? `under node "${String(node)}"` : "in the history";
}
