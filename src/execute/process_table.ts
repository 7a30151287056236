import { capture } from "./capture.ts";

/** One process as `ps` tells it. */
export interface ProcessRow {
  pid: number;
  parent: number;
  group: number;
  residentBytes: number;
  /** True for one that has ended and waits for its parent to notice. */
  zombie: boolean;
}

/** All processes of this machine. `/proc` is closed to a program with read permission only, so `ps` is asked. */
export async function readProcesses(env: Readonly<Record<string, string>>): Promise<ProcessRow[]> {
  const { success, stdout, stderr } = await capture("ps", ["-A", "-o", "pid=,ppid=,pgid=,rss=,stat="], env);
  if (!success) throw new Error(`Cannot list processes: ${stderr || "ps failed"}`);
  return stdout.split("\n").filter((line) => line.trim() !== "").map(readRow);
}

function readRow(line: string): ProcessRow {
  const [pid, parent, group, residentKib, stat = ""] = line.trim().split(/\s+/);
  return {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    residentBytes: Number(residentKib) * 1024,
    zombie: stat.startsWith("Z"),
  };
}

/** Bytes of memory that a group's processes, and all descendants of its leader, hold. */
export function residentBytesOf(leader: number, rows: readonly ProcessRow[]): number {
  const children = Map.groupBy(rows, (row) => row.parent);
  const counted = new Set(rows.filter((row) => row.group === leader || row.pid === leader));
  for (const row of counted) {
    for (const child of children.get(row.pid) ?? []) counted.add(child);
  }
  return [...counted].reduce((sum, row) => sum + row.residentBytes, 0);
}
