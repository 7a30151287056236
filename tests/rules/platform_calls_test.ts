import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { platformCalls } from "./platform_calls.ts";

Deno.test("platformCalls catches time, timers, randomness and environment", () => {
  const found = findIn(platformCalls, {
    "src/job/a.ts": [
      "const a = Date.now();",
      "const b = new Date();",
      "const c = performance.now();",
      "setTimeout(f, 1);",
      "globalThis.setInterval(f, 1);",
      "const d = Math.random();",
      "const e = crypto.randomUUID();",
      "const g = `${crypto.getRandomValues(bytes)}`;",
      'const h = Deno.env.get("A");',
      "const defaults = { now: Date.now };",
      'import { randomUUID } from "node:crypto";',
      'const i = Math["random"]();',
    ].join("\n"),
  });
  assert.deepEqual(found.toSorted((a, b) => Number(a.split(":")[1]) - Number(b.split(":")[1])), [
    ...Array.from({ length: 12 }, (_, index) => `src/job/a.ts:${index + 1}`),
  ]);
});

Deno.test("platformCalls passes src/runtime, tests, dates of a number, words in text, and other things of that name", () => {
  const found = findIn(platformCalls, {
    "src/runtime/clock.ts": "const a = Date.now(); setTimeout(f, 1);",
    "src/job/a_test.ts": "const a = Date.now();",
    "src/job/a.ts":
      'const a = new Date(ms); const b = "Date.now()"; /* setTimeout */ const c = /Math.random/; clock.setTimeout(d);\n' +
      "interface Timers { setTimeout(ms: number): void; env: string }\nconst e = { setTimeout: 1 }; f(e.setTimeout);",
  });
  assert.deepEqual(found, []);
});
