import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { marks } from "./marks.ts";

Deno.test("marks catches work left behind in comments, on its line", () => {
  const found = findIn(marks, { "src/job/a.ts": "f(); // TO" + "DO later\n/*\n * FIX" + "ME now\n */" });
  assert.deepEqual(found, ["src/job/a.ts:1", "src/job/a.ts:3"]);
});

Deno.test("marks passes text that is no comment", () => {
  assert.deepEqual(findIn(marks, { "src/job/a.ts": 'const a = "TODO"; // to do' }), []);
});
