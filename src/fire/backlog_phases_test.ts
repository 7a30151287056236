import { deepEqual, equal } from "node:assert/strict";
import type { Backlog, Due, Gap } from "../model/mod.ts";
import { addHeld, mergeMissed, stepBacklog } from "./backlog_phases.ts";

const T0 = Date.UTC(2026, 0, 1);

function due(second: number, policy: "last" | "all" | "skip", max = 100): Due {
  return {
    plan: {
      uid: "u",
      jobName: "a",
      revision: 1,
      schedule: "* * * * * *",
      timezone: "UTC",
      tags: {},
      target: "all",
      gate: null,
      misfire: { policy, windowMs: 3_600_000, max },
      jitterMs: 0,
      startsAt: null,
      expiresAt: null,
      lane: 5,
      startDeadlineMs: 3_600_000,
    },
    nominal: T0 + second * 1_000,
    openGap: null,
    backlogged: false,
  };
}

function merge(backlog: Backlog | null, from: Due, toSecond: number): Backlog {
  return mergeMissed(backlog, from, T0 + toSecond * 1_000);
}

/** Works a backlog off; seconds since T0. */
function workOff(backlog: Backlog | null): { started: number[]; gaps: [from: number, to: number, count: number][] } {
  const started: number[] = [];
  const gaps: Gap[] = [];
  while (backlog !== null) {
    const step = stepBacklog(backlog, T0 + 120_000);
    if (step.kind === "start") started.push((step.nominal - T0) / 1_000);
    if (step.kind === "gap") gaps.push(step.gap);
    backlog = step.backlog;
  }
  return { started, gaps: gaps.map(({ from, to, count }) => [(from - T0) / 1_000, (to - T0) / 1_000, count]) };
}

Deno.test("mergeMissed() keeps times that were fired between two outages out of the gap", () => {
  const first = merge(null, due(10, "last"), 19);
  deepEqual(workOff(merge(first, due(30, "last"), 34)), { started: [34], gaps: [[10, 19, 10], [30, 33, 4]] });
  const skipped = merge(merge(null, due(10, "skip"), 19), due(30, "skip"), 34);
  deepEqual(workOff(skipped), { started: [], gaps: [[10, 19, 10], [30, 34, 5]] });
});

Deno.test("mergeMissed() makes one range of times that follow one another", () => {
  const backlog = merge(merge(null, due(10, "last"), 19), due(20, "last"), 24);
  deepEqual(workOff(backlog), { started: [24], gaps: [[10, 23, 14]] });
});

/** Holds back seconds of a job in a pause of this policy. */
function hold(backlog: Backlog | null, from: Due, toSecond: number, policy: "last" | "all" | "skip"): Backlog {
  return addHeld(backlog, { plan: from.plan, from: from.nominal, to: T0 + toSecond * 1_000 }, policy);
}

Deno.test("addHeld() decides each pause by its own policy, apart from what is missed before and behind it", () => {
  const held = hold(hold(merge(null, due(10, "last"), 19), due(20, "last"), 24, "all"), due(25, "last"), 29, "skip");
  const backlog = merge(held, due(30, "last"), 34);
  deepEqual(workOff(backlog), {
    started: [19, 20, 21, 22, 23, 24, 34],
    gaps: [[10, 18, 9], [25, 29, 5], [30, 33, 4]],
  });
  const reasons = [backlog, ...backlog.later ?? []].map((range) => "how" in range ? range.how?.reason : backlog.reason);
  deepEqual(reasons, ["missed", "paused", "paused", "missed"]);
});

Deno.test("mergeMissed() adds what follows a pause to what was missed behind it, not to the pause", () => {
  const behind = merge(hold(null, due(10, "last"), 19, "skip"), due(20, "last"), 22);
  deepEqual(workOff(merge(behind, due(23, "last"), 25)), { started: [25], gaps: [[10, 19, 10], [20, 24, 5]] });
});

Deno.test("mergeMissed() lets a backlog that runs go on, and adds later ranges behind it", () => {
  const decided = stepBacklog(merge(null, due(10, "all"), 13), T0 + 120_000);
  equal(decided.kind === "changed" && decided.backlog.phase, "running");
  const merged = decided.kind === "changed" ? merge(decided.backlog, due(30, "all"), 31) : null;
  deepEqual(workOff(merged), { started: [10, 11, 12, 13, 30, 31], gaps: [] });
});

Deno.test("stepBacklog() runs the newest of all ranges, at most `max`", () => {
  const backlog = merge(merge(null, due(10, "all", 3), 13), due(30, "all", 3), 31);
  deepEqual(workOff(backlog), { started: [13, 30, 31], gaps: [[10, 12, 3]] });
});
