import { MARK_NAME } from "./judged_job.ts";

/** A living process of a job. */
export interface MarkedProcess {
  pid: number;
  execution: string;
}

/** Every living process whose environment carries this mark and the id of an execution. */
export async function listMarked(mark: string): Promise<MarkedProcess[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["axeww", "-o", "pid=,stat=,args="] }).output();
  return new TextDecoder().decode(stdout).split("\n").flatMap((line) => {
    const [pid = "", stat = "", ...words] = line.trim().split(/\s+/);
    if (stat.startsWith("Z") || !words.includes(`${MARK_NAME}=${mark}`)) return [];
    const execution = words.find((word) => word.startsWith("CARILLON_EXECUTION="))?.split("=")[1];
    return execution === undefined ? [] : [{ pid: Number(pid), execution }];
  });
}

/** Those of `before` that still live. */
export async function stillLiving(before: readonly MarkedProcess[], mark: string): Promise<MarkedProcess[]> {
  if (before.length === 0) return [];
  const now = await listMarked(mark);
  return before.filter(({ pid, execution }) => now.some((one) => one.pid === pid && one.execution === execution));
}
