import { Change } from "../../kv/mod.ts";
import { executionId, type Group, type Unmade, unmadePage } from "../../model/mod.ts";
import { unmadeTable } from "../../store/mod.ts";
import { whyNever } from "./executions.ts";
import type { Finding, Repair, RepairSource } from "./finding.ts";
import { groupOfPage, idOf } from "./runs.ts";
import type { Stored } from "./stored.ts";

/** Pages of wide groups: each holds open targets that have no execution, and no others, as these would run again. */
export const unmadeRepair: Repair = {
  name: "targets still to be made",
  async *find(source) {
    const runs = await source.runs();
    const made = new Set([...runs.queued, ...runs.marks, ...runs.history.values()].map(({ entry }) => idOf(entry)));
    for (const page of runs.unmade) {
      const group = groupOfPage(page);
      if (runs.opaque.has(group)) continue;
      const finding = await findingOf(page, { group: runs.groups.get(group)?.value, made }, source);
      if (finding !== null) yield finding;
    }
  },
};

async function findingOf(
  { entry, value }: Stored<Unmade>,
  { group, made }: { group: Group | undefined; made: ReadonlySet<string> },
  source: RepairSource,
): Promise<Finding | null> {
  const [, uid, id, number] = entry.key;
  const change = new Change().check(entry.key, entry.versionstamp);
  const which = `${toldJob(String(uid), group, source)}: page ${String(number)} of group ${String(id)}`;
  const reason = group === undefined ? "the group is gone" : await whyNever({ ...group, state: "queued" }, source);
  if (group === undefined || reason !== null) {
    return { what: `${which} is still to be made, and ${reason}`, change: change.delete(entry.key) };
  }
  const isToBeMade = (target: number) => {
    const known = group.state === "ended" ? undefined : group.targets[target];
    return known?.state === "open" && known.attempt === 1 && unmadePage(target) === number &&
      !made.has(executionId(group.id, target, 1));
  };
  const before = Object.entries(value.nodes);
  const nodes = before.filter(([target]) => isToBeMade(Number(target)));
  if (nodes.length === before.length) return null;
  if (nodes.length === 0) change.delete(entry.key);
  else change.set(entry.key, unmadeTable.encode({ ...value, nodes: Object.fromEntries(nodes) }));
  return { what: `${which} holds ${before.length - nodes.length} targets that are not to be made`, change };
}

function toldJob(uid: string, group: Group | undefined, { jobs }: RepairSource): string {
  const name = group?.jobName ?? jobs.find((job) => job.uid === uid)?.definition.name;
  return name === undefined ? `job ${uid}` : `job "${name}"`;
}
