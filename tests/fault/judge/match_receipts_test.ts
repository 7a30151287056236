import { deepEqual, equal } from "node:assert/strict";
import type { ToldExecution } from "./job_history.ts";
import { matchReceipts } from "./match_receipts.ts";

function told(id: string, startedAt: number, finishedAt: number, state: ToldExecution["state"]): ToldExecution {
  return { id, dueAt: startedAt, attempt: 1, state, node: "n1", reason: null, lateState: null, startedAt, finishedAt };
}

Deno.test("matchReceipts() finds a partner for each success though times overlap", () => {
  const executions = [told("long", 0, 9_000, "success"), told("short", 4_000, 5_000, "success")];
  const { arrivedAt, unseen, surplus } = matchReceipts(executions, [4_500, 8_000]);
  deepEqual([arrivedAt.get("short"), arrivedAt.get("long")], [4_500, 8_000]);
  deepEqual([unseen, surplus], [[], []]);
});

Deno.test("matchReceipts() gives a lost run at most one arrival, and leaves what nothing explains", () => {
  const executions = [told("gone", 0, 5_000, "lost")];
  deepEqual(matchReceipts(executions, []).surplus, []);
  deepEqual(matchReceipts(executions, [1_000]).surplus, []);
  deepEqual(matchReceipts(executions, [1_000, 2_000]).surplus, [2_000]);
  equal(matchReceipts([told("seen", 0, 1_000, "success")], []).unseen.length, 1);
});
