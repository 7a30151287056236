import type { ExecutionReport } from "../../routes/wire/read_answer.ts";
import type { Client } from "../client/mod.ts";
import { skippedLine } from "../output/mod.ts";
import type { Cli } from "./cli.ts";
import { ALL_STATES, executionQuery } from "./execution_query.ts";
import { followOutput } from "./follow_output.ts";

/** How often new executions of a group are looked for, in milliseconds. */
const LOOK_EVERY_MS = 500;

/** Which run of which job. */
export interface GroupOfJob {
  job: string;
  group: string;
}

/** The executions of a group so far, newest first, without their output. */
export async function executionsOfGroup(client: Client, { job, group }: GroupOfJob): Promise<ExecutionReport[]> {
  const query = executionQuery({ states: ALL_STATES, limit: null, withOutput: false });
  const { executions } = await client.executions(job, query);
  return executions.filter((execution) => execution.group === group);
}

/**
 * Prints the live output of all executions of a group, retries among them, until `ended` aborts and all is printed. A
 * line on standard error says whose output follows whenever that changes.
 */
export async function followGroup(cli: Cli, client: Client, run: GroupOfJob, ended: AbortSignal): Promise<void> {
  const { terminal, clock } = cli;
  const followed = new Map<string, Promise<unknown>>();
  let current = "";
  const follow = async ({ id }: ExecutionReport) => {
    await followOutput({ client, clock }, { job: run.job, id }, (piece) => {
      if (current !== id) terminal.note(`==> ${id}`);
      current = id;
      if (piece.kind === "bytes") terminal.out(piece.data);
      else terminal.note(skippedLine(piece.bytes));
    });
  };
  const failed = new AbortController();
  while (true) {
    const isLast = ended.aborted;
    for (const execution of (await executionsOfGroup(client, run)).toReversed()) {
      if (followed.has(execution.id)) continue;
      const following = follow(execution);
      following.catch(() => failed.abort());
      followed.set(execution.id, following);
    }
    if (isLast || failed.signal.aborted) break;
    await clock.sleep(LOOK_EVERY_MS, AbortSignal.any([ended, failed.signal]));
  }
  await Promise.all(followed.values());
}
