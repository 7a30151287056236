import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { printing } from "./printing.ts";

Deno.test("printing catches output and exits outside src/cli", () => {
  const found = findIn(printing, {
    "src/job/a.ts": 'console.log("a");\nDeno.stderr.writeSync(bytes);\nDeno.exit(1);\nconst write = Deno.stdout;',
    "main.ts": 'console.error("a");',
  });
  assert.deepEqual(found.toSorted(), [
    "main.ts:1",
    "src/job/a.ts:1",
    "src/job/a.ts:2",
    "src/job/a.ts:3",
    "src/job/a.ts:4",
  ]);
});

Deno.test("printing passes src/cli, an exit in main.ts, tests, and text", () => {
  const found = findIn(printing, {
    "src/cli/a.ts": 'console.log("a"); Deno.stdout.writeSync(bytes); Deno.exit(1);',
    "main.ts": "Deno.exit(await main(Deno.args));",
    "src/job/a.ts": 'const a = "console.log(1)"; // Deno.exit(1)\nlog.info(a);',
    "tests/bench/main.ts": "console.log(1);",
  });
  assert.deepEqual(found, []);
});
