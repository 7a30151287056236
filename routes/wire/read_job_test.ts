import assert from "node:assert/strict";
import fc from "fast-check";
import { emptyStat, type JobDefinition } from "../../src/model/mod.ts";
import { CarillonError } from "../../src/runtime/mod.ts";
import { jobAnswer } from "./job_answer.ts";
import { readJob } from "./read_job.ts";

function answerOf(definition: JobDefinition): unknown {
  const job = {
    uid: "u",
    revision: 1,
    createdAt: 0,
    updatedAt: 0,
    pause: null,
    unpausedAt: null,
    definition,
  };
  return JSON.parse(JSON.stringify(jobAnswer({ job, stat: emptyStat, nextAt: null, dependents: [] })));
}

const duration = fc.integer({ min: 1, max: 100_000 }).map((seconds) => `${seconds}s`);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const bodies = fc.record({
  name: fc.stringMatching(/^[a-zß0-9_-]{1,30}$/),
  schedule: fc.constantFrom("@daily", "0 0 0 * * *"),
  displayname: optional(fc.string()),
  tags: optional(fc.dictionary(fc.string(), fc.constantFrom("a", "b:2")).filter((map) => !("__proto__" in map))),
  retries: optional(fc.integer({ min: 0, max: 1_000 })),
  concurrency: optional(fc.constantFrom("", "allow", "forbid", "queue", "replace")),
  starts_at: optional(
    fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((at) => at.toISOString()),
  ),
  timeout: optional(duration),
  retry: optional(fc.record({ delay: duration, jitter: fc.constantFrom(0, 0.5, 1), other_node: fc.boolean() })),
  misfire: optional(fc.record({ policy: fc.constantFrom("skip", "last", "all"), window: duration })),
  priority: optional(fc.integer({ min: 0, max: 8 })),
  on_lost: optional(fc.constantFrom("fail", "retry", "wait", null)),
}).filter((body) => body.retry === undefined || !body.retries);

Deno.test("readJob() reads what jobAnswer() wrote as the same definition", () => {
  fc.assert(fc.property(bodies, (body) => {
    const { definition } = readJob(body, null);
    assert.deepEqual(readJob(answerOf(definition), null), { definition, unknownKeys: [] });
  }));
});

Deno.test("readJob() throws nothing but CarillonError, whatever the body", () => {
  const keys = fc.constantFrom("name", "schedule", "tags", "retry", "depends_on", "executor_config", "starts_at", "x");
  fc.assert(fc.property(fc.dictionary(keys, fc.jsonValue()), (body) => {
    try {
      readJob(body, null);
    } catch (thrown) {
      assert.ok(thrown instanceof CarillonError, String(thrown));
    }
  }));
});

Deno.test("readJob() gives a job without a word its defaults", () => {
  const { definition } = readJob({ name: "a", schedule: "@daily" }, null);
  assert.deepEqual(definition.misfire, { policy: "last", windowMs: 3_600_000, max: 100 });
  assert.deepEqual(definition.retry, {
    attempts: 0,
    delayMs: 1_000,
    factor: 2,
    maxDelayMs: 60_000,
    jitter: 0,
    on: ["failed", "timed_out"],
    exitCodes: null,
    otherNode: false,
  });
  const { startDeadlineMs, graceMs, lostAfterMs, priority, join, retentionCount, onLost, timeoutMs } = definition;
  assert.deepEqual([startDeadlineMs, graceMs, lostAfterMs], [3_600_000, 10_000, 60_000]);
  assert.deepEqual([priority, join, retentionCount, onLost, timeoutMs], [4, "all", 100, null, null]);
});

Deno.test("readJob() takes the name from the path where the body has none", () => {
  assert.equal(readJob({ schedule: "@daily" }, "path").definition.name, "path");
  assert.equal(readJob({ schedule: "@daily", Name: "body" }, "path").definition.name, "body");
});
