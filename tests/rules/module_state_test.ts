import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { moduleState } from "./module_state.ts";

Deno.test("moduleState catches let and var at the top of a module", () => {
  const found = findIn(moduleState, { "src/job/a.ts": "let a = 1;\nexport let b = 2;\nvar c = 3;" });
  assert.deepEqual(found, ["src/job/a.ts:1", "src/job/a.ts:2", "src/job/a.ts:3"]);
});

Deno.test("moduleState passes constants, let inside functions, and tests", () => {
  const found = findIn(moduleState, {
    "src/job/a.ts": "const a = 1; function f() { let b = 1; for (let i = 0; i < b; i++) {} }",
    "src/job/a_test.ts": "let a = 1;",
  });
  assert.deepEqual(found, []);
});
