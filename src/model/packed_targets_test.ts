import assert from "node:assert/strict";
import { ENDED_STATES } from "./execution.ts";
import { type Group, groupSchema, storedGroup } from "./group.ts";
import { MAX_TARGETS } from "./unmade.ts";

function groupOf(targets: Group["targets"], wide: true | undefined): Group {
  const times = { dueAt: null, createdAt: 0, startDeadlineMs: 0, endedAt: null };
  const what = { id: "g", uid: "u", jobName: "a", revision: 1, trigger: "manual", requestedBy: null, lane: 4 } as const;
  return { ...what, ...times, gate: null, state: "open", outcome: null, targets, ...(wide ? { wide } : {}) };
}

const roundTrip = (group: Group) => groupSchema.parse(JSON.parse(JSON.stringify(storedGroup(group))));

Deno.test("storedGroup() leaves an ordinary group as it always was", () => {
  const group = groupOf([{ selector: "s", attempt: 2, state: "open" }], undefined);
  assert.deepEqual(JSON.parse(JSON.stringify(storedGroup(group))), JSON.parse(JSON.stringify(group)));
  assert.deepEqual(roundTrip(group), group);
});

Deno.test("storedGroup() packs the targets of a wide group, and groupSchema unpacks them", () => {
  const states = ["open", ...ENDED_STATES] as const;
  const targets = Array.from({ length: 50 }, (_, i) => ({
    selector: "",
    attempt: 1 + Math.floor(i / 20),
    state: states[i % states.length] ?? "open",
  }));
  const group = groupOf(targets, true);
  assert.deepEqual(roundTrip(group), group);
});

Deno.test("a wide group of the most targets fits a value, whatever became of each", () => {
  const targets = Array.from({ length: MAX_TARGETS }, (_, i) => ({
    selector: "",
    attempt: 100 + i % 2,
    state: "failed" as const,
  }));
  assert.ok(JSON.stringify(storedGroup(groupOf(targets, true))).length < 64 * 1024);
});

Deno.test("groupSchema refuses packed targets that do not agree", () => {
  const packed = (targets: { states: string; attempts: string }) => () =>
    groupSchema.parse({ ...groupOf([], true), targets });
  assert.throws(packed({ states: "oo", attempts: "1x3" }));
  assert.throws(packed({ states: "o?", attempts: "1x2" }));
  assert.throws(packed({ states: "oo", attempts: "1" }));
  assert.throws(packed({ states: "", attempts: "1x999999999999" }));
  assert.doesNotThrow(packed({ states: "oo", attempts: "1x1,2x1" }));
});
