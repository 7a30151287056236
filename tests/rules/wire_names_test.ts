import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { wireNames } from "./wire_names.ts";

Deno.test("wireNames catches snake_case properties of every form", () => {
  const found = findIn(wireNames, {
    "src/job/a.ts": [
      "const a = { job_name: 1 };",
      'const b = { "job_name": 1 };',
      "f(c.job_name);",
      "interface D { job_name: string }",
      "class E { job_name = 1; }",
      "const { job_name } = g;",
      "const h = z.object({ job_name: z.string() });",
    ].join("\n"),
  });
  assert.deepEqual(found.toSorted(), Array.from({ length: 7 }, (_, index) => `src/job/a.ts:${index + 1}`));
});

Deno.test("wireNames passes wire, options of executors, values, text and local names", () => {
  const found = findIn(wireNames, {
    "routes/wire/job.ts": "const a = { job_name: 1 };",
    "src/execute/shell.ts": "const a = config.mem_limit;",
    "src/model/shell_config.ts": "const a = { mem_limit: z.string() };",
    "src/model/execution.ts": 'const states = z.enum(["running", "timed_out"]);',
    "src/finish/a.ts":
      'const colours = { timed_out: "red" }; const job_name = "job_name"; const MAX_MS = 1; f(A.MAX_MS);',
    "src/finish/a_test.ts": "const a = { job_name: 1 };",
  });
  assert.deepEqual(found, []);
});
