import { Change, type KvKey } from "../../kv/mod.ts";
import { emptyGate, type Gate, gatePolicyOf, type GateWaiter, type Group } from "../../model/mod.ts";
import { gateKey, gatePrefix, gateTable, revisionKey, revisionTable } from "../../store/mod.ts";
import type { Finding, Repair, RepairSource } from "./finding.ts";
import type { Runs } from "./runs.ts";
import type { Stored } from "./stored.ts";

/** Gates: each names the open groups that hold it, and those that wait at it, and no others. */
export const gatesRepair: Repair = {
  name: "gates",
  async *find(source) {
    const runs = await source.runs();
    const stored = new Map((await source.list(gateTable, gatePrefix())).map((found) => [gateOf(found), found]));
    const groups = groupsByGate(runs);
    for (const name of new Set([...stored.keys(), ...groups.keys()])) {
      const key = gateKey(name);
      if (source.isUnreadable(key)) continue;
      const at = { name, key, opaque: runs.opaque };
      const finding = await findingOf({ ...at, found: stored.get(name), groups: groups.get(name) ?? [] }, source);
      if (finding !== null) yield finding;
    }
  },
};

function gateOf({ entry }: Stored<Gate>): string {
  return String(entry.key[1]);
}

function groupsByGate({ groups }: Runs): Map<string, Group[]> {
  const open = [...groups.values()].map(({ value }) => value).filter(({ state }) => state !== "ended");
  open.sort((a, b) => a.createdAt - b.createdAt);
  return Map.groupBy(open.filter(({ gate }) => gate !== null), ({ gate }) => gate ?? "");
}

/** A gate as it is stored, and the groups that are at it. */
interface AtGate {
  name: string;
  key: KvKey;
  found: Stored<Gate> | undefined;
  groups: readonly Group[];
  opaque: ReadonlySet<string>;
}

async function findingOf(
  { name, key, found, groups, opaque }: AtGate,
  source: RepairSource,
): Promise<Finding | null> {
  const before = found?.value ?? emptyGate;
  const { gate: kept, dropped } = keepExplained(before, groups, opaque);
  const entered = groups.filter((group) => !isNamed(kept, group));
  const after = { ...kept, holders: [...kept.holders], waiting: [...kept.waiting] };
  for (const group of entered) {
    if (group.state === "open") after.holders.push({ uid: group.uid, group: group.id });
    else after.waiting.push(await waiterOf(group, source));
  }
  const faults = [
    ...dropped === 0 ? [] : [`names ${dropped} that do not stand there`],
    ...entered.length === 0 ? [] : [`does not name ${entered.length} that stand there`],
  ];
  const isLeft = found !== undefined && isEmpty(after) && isOfGoneJob(name, source);
  if (isLeft) faults.push("is that of a job that is gone");
  if (faults.length === 0) return null;
  const change = new Change().check(key, found?.entry.versionstamp ?? null);
  if (isLeft) change.delete(key);
  else change.set(key, gateTable.encode(after));
  return { what: `${toldGate(name, source)} ${faults.join(", and ")}`, change };
}

/** A gate with those places alone that a group explains, each once; places of unreadable groups stay. */
function keepExplained(gate: Gate, groups: readonly Group[], opaque: ReadonlySet<string>) {
  const states = new Map(groups.map(({ id, state }) => [id, state]));
  const seen = new Set<string>();
  let dropped = 0;
  const keep = <T extends { group: string }>(places: readonly T[], state: "open" | "waiting"): T[] =>
    places.filter(({ group }) => {
      const stays = !seen.has(group) && (states.get(group) === state || opaque.has(group));
      if (stays) seen.add(group);
      else dropped++;
      return stays;
    });
  const superseded = keep(gate.superseded, "waiting");
  return {
    gate: { holders: keep(gate.holders, "open"), waiting: keep(gate.waiting, "waiting"), superseded },
    dropped,
  };
}

function isNamed({ holders, waiting, superseded }: Gate, { id }: Group): boolean {
  return [...holders, ...waiting, ...superseded].some(({ group }) => group === id);
}

/** A waiting group with the limit and policy of the revision that it goes by. */
async function waiterOf({ uid, id, revision }: Group, { get }: RepairSource): Promise<GateWaiter> {
  const definition = (await get(revisionTable, revisionKey(uid, revision)))?.value.definition;
  const policy = definition === undefined ? null : gatePolicyOf(uid, definition);
  return { uid, group: id, limit: policy?.limit ?? 1, replaces: policy?.concurrency === "replace" };
}

function isEmpty({ holders, waiting, superseded }: Gate): boolean {
  return holders.length + waiting.length + superseded.length === 0;
}

/** A gate of one job's own goes with its job. */
function isOfGoneJob(name: string, { stateOf }: RepairSource): boolean {
  return name.startsWith("job/") && stateOf(name.slice("job/".length)) === "gone";
}

function toldGate(name: string, { jobs }: RepairSource): string {
  const job = jobs.find(({ uid }) => name === `job/${uid}`);
  return job === undefined ? `gate "${name}"` : `the gate of job "${job.definition.name}"`;
}
