import { deepEqual } from "node:assert/strict";
import { type ClusterPause, type Due, pauseOver } from "../model/mod.ts";
import { decideFire, type FireDecision } from "./decide_fire.ts";

const T0 = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

function due(minute: number, schedule = "0 * * * * *", jitterMs = 0): Due {
  return {
    plan: {
      uid: "u",
      jobName: "a",
      revision: 1,
      schedule,
      timezone: "UTC",
      tags: {},
      target: "one",
      gate: null,
      misfire: { policy: "all", windowMs: 3_600_000, max: 100 },
      jitterMs,
      startsAt: null,
      expiresAt: null,
      lane: 5,
      startDeadlineMs: 3_600_000,
    },
    nominal: T0 + minute * MINUTE,
    openGap: null,
    backlogged: false,
  };
}

/** A pause from one minute to another. */
function paused(from: number, to: number, policy: ClusterPause["policy"] = "last"): ClusterPause {
  return { from: T0 + from * MINUTE, to: T0 + to * MINUTE, policy, note: "", by: "me" };
}

/** What becomes of an entry, in minutes. */
function decide(entry: Due, pauses: readonly ClusterPause[], nowMinute: number, atMs = entry.nominal) {
  const nowMs = T0 + nowMinute * MINUTE;
  const decision = decideFire({
    due: entry,
    atMs,
    nowMs,
    pause: pauseOver(pauses, atMs, nowMs),
    gate: null,
    queuedRuns: 0,
    selectors: [],
  });
  return { kind: decision.kind, ...timesOf(decision), next: decision.next && minuteOf(decision.next.nominal) };
}

function timesOf(decision: FireDecision) {
  if (decision.kind === "missed") return { to: minuteOf(decision.to) };
  if (decision.kind !== "held") return {};
  const { times, policy } = decision;
  return { policy, times: times && [minuteOf(times.from), minuteOf(times.to)] };
}

const minuteOf = (ms: number) => (ms - T0) / MINUTE;

Deno.test("decideFire() hands times inside a pause to its policy, those at its end and after are fired or missed", () => {
  const pauses = [paused(0.5, 5)];
  deepEqual(decide(due(1), pauses, 5), { kind: "held", policy: "last", times: [1, 4], next: 5 });
  deepEqual(decide(due(5), pauses, 5).kind, "started");
  deepEqual(decide(due(5), pauses, 8.5), { kind: "missed", to: 8, next: 9 });
  deepEqual(decide(due(3), [], 5).kind, "missed");
});

Deno.test("decideFire() calls missed what was missed when the pause began, and held what was not yet", () => {
  const pauses = [paused(3.5, 5.5)];
  deepEqual(decide(due(1), pauses, 6), { kind: "missed", to: 3, next: 4 });
  deepEqual(decide(due(4), pauses, 6), { kind: "held", policy: "last", times: [4, 5], next: 6 });
  deepEqual(decide(due(3), [paused(3.1, 5.5)], 6), { kind: "held", policy: "last", times: [3, 5], next: 6 });
});

Deno.test("decideFire() takes pauses one after another", () => {
  const pauses = [paused(0.5, 2.5, "all"), paused(4.5, 6.5, "skip")];
  deepEqual(decide(due(1), pauses, 7), { kind: "held", policy: "all", times: [1, 2], next: 3 });
  deepEqual(decide(due(3), pauses, 7), { kind: "missed", to: 4, next: 5 });
  deepEqual(decide(due(5), pauses, 7), { kind: "held", policy: "skip", times: [5, 6], next: 7 });
});

Deno.test("decideFire() goes by when a time is due, with its jitter", () => {
  const late = due(4, "0 * * * * *", 50_000);
  deepEqual(decide(late, [paused(1, 4.5)], 4.75, late.nominal + 40_000).kind, "started");
  deepEqual(decide(late, [paused(1, 4.75)], 4.8, late.nominal + 40_000).kind, "held");
});

Deno.test("decideFire() puts off a time that counts from the end of a run", () => {
  const entry = due(1, "@after_end 2m");
  deepEqual(decide(entry, [paused(0.5, 5, "all")], 6), { kind: "held", policy: "all", times: null, next: 7 });
  deepEqual(decide({ ...entry, plan: { ...entry.plan, expiresAt: T0 + 6 * MINUTE } }, [paused(0.5, 5)], 6).next, null);
});
