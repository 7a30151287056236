import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { nesting } from "./nesting.ts";

Deno.test("nesting catches a fourth control block, once", () => {
  const found = findIn(nesting, {
    "src/job/a.ts":
      "function f() {\n for (const a of b) {\n  if (a) {\n   try {\n    while (c) {\n if (d) {} }\n   } catch {}\n  }\n }\n}",
  });
  assert.deepEqual(found, ["src/job/a.ts:5"]);
});

Deno.test("nesting passes three deep, else if chains and functions that start anew", () => {
  const found = findIn(nesting, {
    "src/job/a.ts":
      "function f() { for (const a of b) { if (a) { if (c) {} else if (d) {} else if (e) {} else if (g) {} } } }",
    "src/job/b.ts": "function f() { if (a) { if (b) { if (c) { list.map(() => { if (d) e(); }); } } } }",
  });
  assert.deepEqual(found, []);
});
