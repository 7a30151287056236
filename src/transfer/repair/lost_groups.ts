import { Change } from "../../kv/mod.ts";
import {
  type Execution,
  gatePolicyOf,
  type Group,
  holdsPlace,
  isEnded,
  isWide,
  loneGroup,
  type Target,
} from "../../model/mod.ts";
import { executionTable, gatePrefix, gateTable, groupKey, groupTable } from "../../store/mod.ts";
import { targetStateOf } from "../close_open.ts";
import type { Repair, RepairSource } from "./finding.ts";
import { groupOfPage, type Runs } from "./runs.ts";

/** Where gates name a group. */
interface AtGate {
  gate: string;
  waits: boolean;
}

/** Groups of open executions whose record is missing: their executions, pages and gate tell what they were. */
export const lostGroupsRepair: Repair = {
  name: "groups of open runs",
  async *find(source) {
    const runs = await source.runs();
    const places = await placesAtGates(source);
    const pages = Map.groupBy(runs.unmade, groupOfPage);
    for (const [id, open] of orphans(runs)) {
      const [{ uid, jobName } = open[0]] = open;
      const key = groupKey(uid, id);
      if (runs.groups.has(id) || source.isUnreadable(key)) continue;
      const over = (await source.list(executionTable, key)).map(({ value }) => value);
      const unmade = (pages.get(id) ?? []).flatMap(({ value }) => Object.keys(value.nodes).map(Number));
      const place = places.get(id) ?? gateOfJob(source, uid);
      const group = groupOf(newestOf([...over, ...open]), new Set(unmade), place);
      const change = new Change().check(key, null).set(key, groupTable.encode(group));
      yield { what: `job "${jobName}": group ${id} has open runs and no record`, change };
    }
  },
};

/** Open executions by their group, without lone ones, which need none. */
function orphans({ queued, marks, history, opaque }: Runs): Map<string, [Execution, ...Execution[]]> {
  const open = [...queued, ...marks, ...history.values()].map(({ value }) => value);
  const groups = new Map<string, [Execution, ...Execution[]]>();
  for (const execution of open) {
    if (execution.lone || opaque.has(execution.group) || (isEnded(execution) && !holdsPlace(execution))) continue;
    const known = groups.get(execution.group);
    if (known) known.push(execution);
    else groups.set(execution.group, [execution]);
  }
  return groups;
}

async function placesAtGates({ list }: RepairSource): Promise<Map<string, AtGate>> {
  const places = new Map<string, AtGate>();
  for (const { entry, value } of await list(gateTable, gatePrefix())) {
    const gate = String(entry.key[1]);
    for (const { group } of value.holders) places.set(group, { gate, waits: false });
    for (const { group } of [...value.waiting, ...value.superseded]) places.set(group, { gate, waits: true });
  }
  return places;
}

/** No gate names it: where its job has one by now, it is taken for a holder, as an edit would. */
function gateOfJob({ jobs }: RepairSource, uid: string): AtGate | null {
  const job = jobs.find((each) => each.uid === uid);
  const policy = job === undefined ? null : gatePolicyOf(uid, job.definition);
  return policy === null ? null : { gate: policy.key, waits: false };
}

/** The newest attempt of each target; its record that is open says more than one that is over. */
function newestOf(executions: readonly Execution[]): Map<number, Execution> {
  const newest = new Map<number, Execution>();
  for (const execution of executions) {
    const known = newest.get(execution.target);
    if (known === undefined || known.attempt <= execution.attempt) newest.set(execution.target, execution);
  }
  return newest;
}

function groupOf(newest: ReadonlyMap<number, Execution>, unmade: ReadonlySet<number>, place: AtGate | null): Group {
  const [first] = newest.values();
  if (first === undefined) throw new TypeError("a group has at least one execution");
  const length = Math.max(...newest.keys(), ...unmade) + 1;
  const wide = unmade.size > 0 || isWide({ length });
  const targets = Array.from({ length }, (_, target): Target => {
    const execution = newest.get(target);
    if (execution === undefined) {
      return { selector: wide ? "" : first.selector, attempt: 1, state: unmade.has(target) ? "open" : "lost" };
    }
    const over = isEnded(execution) && !holdsPlace(execution);
    return {
      selector: wide ? "" : execution.selector,
      attempt: execution.attempt,
      state: over ? targetStateOf(execution) : "open",
    };
  });
  const waits = !wide && (place?.waits ?? false) && [...newest.values()].every(({ state }) => state === "queued");
  const original = [...newest.values()].find(({ trigger }) => trigger !== "retry");
  const trigger = original?.trigger ?? (first.dueAt === null ? "manual" : "schedule");
  const state = waits ? "waiting" : "open";
  return { ...loneGroup(first), trigger, gate: place?.gate ?? null, state, ...wide ? { wide } : {}, targets };
}
