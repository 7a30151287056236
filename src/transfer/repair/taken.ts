import { Change } from "../../kv/mod.ts";
import { type Group, isAssigned } from "../../model/mod.ts";
import { takenKey, takenTable } from "../../store/mod.ts";
import type { Repair } from "./finding.ts";

/** Marks that keep the targets of one group on distinct nodes: each is of a group, and each run that a node has has one. */
export const takenRepair: Repair = {
  name: "taken nodes",
  async *find({ runs, isUnreadable }) {
    const { marks, groups, taken, takenGroups, opaque } = await runs();
    const stored = new Map(taken.map((found) => [found.entry.key.slice(1).join(" "), found]));
    for (const { entry: { key, versionstamp } } of taken) {
      const group = String(key[1]);
      if (takenGroups.has(group) || opaque.has(group)) continue;
      const change = new Change().check(key, versionstamp).delete(key);
      yield { what: `node "${String(key[2])}" is kept for a target of group ${group}, which is gone`, change };
    }
    for (const { value } of marks) {
      const group = groups.get(value.group)?.value;
      if (!isAssigned(value) || group === undefined || !hasSeveral(group)) continue;
      const known = stored.get(`${value.group} ${value.node}`);
      if (known?.value.target === value.target) continue;
      const key = takenKey(value.group, value.node);
      if (isUnreadable(key)) continue;
      const change = new Change().check(key, known?.entry.versionstamp ?? null);
      change.set(key, takenTable.encode({ target: value.target }));
      yield { what: `job "${value.jobName}": node "${value.node}" is not kept for run ${value.id}`, change };
    }
  },
};

function hasSeveral({ targets }: Group): boolean {
  return targets.length > 1;
}
