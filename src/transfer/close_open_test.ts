import assert from "node:assert/strict";
import { executionId, type Group } from "../model/mod.ts";
import { closedGroup } from "./close_open.ts";

const MOMENT = { backupAt: 0, nowMs: 10 };

Deno.test("closedGroup() skips targets of a group that waits, and loses those that may have begun", () => {
  const open = { selector: "", state: "open" } as const;
  const group: Group = {
    id: "g",
    uid: "u",
    jobName: "a",
    revision: 1,
    trigger: "manual",
    dueAt: null,
    createdAt: 0,
    requestedBy: null,
    gate: null,
    state: "open",
    lane: 4,
    startDeadlineMs: 1,
    wide: true,
    targets: [{ ...open, attempt: 1, state: "success" }, { ...open, attempt: 1 }, { ...open, attempt: 1 }, {
      ...open,
      attempt: 2,
    }],
    endedAt: null,
    outcome: null,
  };
  const closed = closedGroup(group, new Map([[executionId("g", 1, 1), "skipped"]]), MOMENT);
  assert.deepEqual(closed.targets.map(({ state }) => state), ["success", "skipped", "lost", "lost"]);
  assert.deepEqual([closed.state, closed.outcome, closed.endedAt], ["ended", "partially_failed", 10]);
  const waiting = closedGroup({ ...group, state: "waiting" }, new Map(), MOMENT);
  assert.deepEqual(waiting.targets.map(({ state }) => state), ["success", "skipped", "skipped", "skipped"]);
});
