import type { Clock } from "../runtime/mod.ts";
import { capture } from "./capture.ts";
import type { GroupNote } from "./executor.ts";
import { endRemains, signalGroup } from "./process_group.ts";

/** How far a leader's start, which `ps` tells in whole seconds, may lie from the noted one. */
const START_TOLERANCE_MS = 2_500;

/** How long killed processes are waited for, in milliseconds. */
const GONE_WITHIN_MS = 5_000;

/** One process with its command line and environment. */
interface Suspect {
  pid: number;
  group: number;
  ageMs: number;
  text: string;
}

/**
 * Kills, with SIGKILL, the process groups that a former life of this agent has noted and left behind; answers which.
 * Process ids are used again, so a group counts as ours only when one of its processes carries the noted execution id
 * in its environment, or when its leader started when the note says. Groups without a leader are found too.
 */
export async function killSurvivors(
  deps: { clock: Clock; env: Readonly<Record<string, string>> },
  groups: readonly GroupNote[],
): Promise<GroupNote[]> {
  if (groups.length === 0) return [];
  const askedMs = deps.clock.now();
  const members = Map.groupBy(await readSuspects(deps.env), (suspect) => suspect.group);
  const read = { fromMs: askedMs, toMs: deps.clock.now() };
  const ours = groups.filter((note) => members.get(note.pid)?.some((member) => belongs(member, note, read)));
  for (const { pid } of ours) signalGroup(pid, "SIGKILL");
  await endRemains(deps, ours.map(({ pid }) => pid), GONE_WITHIN_MS);
  return ours;
}

/** `read`: between which times the ages were read; on a busy machine that takes its time. */
function belongs(member: Suspect, note: GroupNote, read: { fromMs: number; toMs: number }): boolean {
  if (member.text.split(" ").includes(`CARILLON_EXECUTION=${note.executionId}`)) return true;
  const notedAgeMs = { least: read.fromMs - note.startedAtMs, most: read.toMs - note.startedAtMs };
  return member.pid === note.pid && member.ageMs >= notedAgeMs.least - START_TOLERANCE_MS &&
    member.ageMs <= notedAgeMs.most + START_TOLERANCE_MS;
}

async function readSuspects(env: Readonly<Record<string, string>>): Promise<Suspect[]> {
  const { success, stdout, stderr } = await capture("ps", ["axeww", "-o", "pid=,pgid=,etimes=,stat=,args="], env);
  if (!success) throw new Error(`Cannot look for survivors: ${stderr || "ps failed"}`);
  const rows = stdout.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s+([^Z\s]\S*)\s+(.*)$/gm);
  return Array.from(rows, ([, pid, group, age, , text = ""]) => {
    return { pid: Number(pid), group: Number(group), ageMs: Number(age) * 1000, text };
  });
}
