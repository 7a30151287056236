import assert from "node:assert/strict";
import type { QueuedExecution } from "../../src/model/mod.ts";
import { executionAnswer, outputText } from "./execution_answer.ts";

const QUEUED: QueuedExecution = {
  id: "01m7xq8d7g0000000001-0000-001",
  uid: "u",
  jobName: "a",
  revision: 1,
  group: "01m7xq8d7g0000000001",
  target: 0,
  attempt: 1,
  trigger: "schedule",
  dueAt: 1_795_220_059_000,
  requestedBy: null,
  groupCreatedAt: 1_795_220_059_376,
  queuedAt: 1_795_220_059_376,
  selector: "any",
  lane: 4,
  startDeadlineMs: 1,
  lone: false,
  state: "queued",
  readyAt: 0,
};

const NOTHING = { text: "", truncated: false };

Deno.test("executionAnswer() writes group as an exact integer above 2^53", () => {
  assert.match(JSON.stringify(executionAnswer(QUEUED, NOTHING)), /"group":1795220059376\d{6},/);
});

Deno.test("executionAnswer() writes Go's zero time where there is none, and leaves out empty output", () => {
  const answer = executionAnswer(QUEUED, NOTHING);
  assert.deepEqual([answer.started_at, answer.finished_at], ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"]);
  assert.deepEqual([answer.node_name, answer.due_at], ["", "2026-11-21T00:14:19Z"]);
  assert.ok(!JSON.stringify(answer).includes('"output":'));
});

Deno.test("executionAnswer() shows what is claimed as queued with a node", () => {
  const claimed = { ...QUEUED, state: "claimed", node: "n1", incarnation: "i", claimedAt: 0, cancel: null } as const;
  const answer = executionAnswer(claimed, NOTHING);
  assert.deepEqual([answer.state, answer.node_name], ["queued", "n1"]);
});

Deno.test("executionAnswer() shows what was heard of a lost run after all", () => {
  const { readyAt: _, ...identity } = QUEUED;
  const output = { sizeBytes: 0, truncated: false, inline: null };
  const late = { state: "success", at: 1_795_220_061_000, exitCode: 0 } as const;
  const ended = { node: "n1", incarnation: "i", startedAt: 1, finishedAt: 2, exitCode: null, reason: "silent" };
  const lost = { ...identity, ...ended, state: "lost", cancel: null, output, holdsPlace: false, late } as const;
  assert.deepEqual(executionAnswer(lost, NOTHING).late_result, {
    state: "success",
    received_at: "2026-11-21T00:14:21Z",
    exit_code: 0,
  });
});

Deno.test("outputText() keeps the last bytes and cuts no character in two", () => {
  const bytes = new TextEncoder().encode("aä€");
  assert.deepEqual([3, 4, 5, 6, 9].map((limit) => outputText(bytes, limit)), ["€", "€", "ä€", "aä€", "aä€"]);
  assert.equal(outputText(new Uint8Array([97, 255, 98]), Infinity), "a\ufffdb");
});
