import type { Evidence } from "./judge_job.ts";
import { readBootTime, readShellLog } from "./shell_log.ts";
import { readReceipts } from "./sink.ts";

/** The file of a folder that its shell jobs append to. */
export function shellLogIn(folder: string): string {
  return `${folder}/shell.log`;
}

/** The file of a folder that its sink notes arrivals in. */
export function sinkLogIn(folder: string): string {
  return `${folder}/sink.log`;
}

/** All that jobs and sink have left in the files of a folder. */
export async function readEvidence(folder: string): Promise<Evidence> {
  const arrivals = Map.groupBy(readReceipts(sinkLogIn(folder)), ({ job }) => job);
  return {
    shell: readShellLog(shellLogIn(folder), await readBootTime()),
    arrivals: new Map(arrivals.entries().map(([job, receipts]) => [job, receipts.map(({ atMs }) => atMs)])),
  };
}
