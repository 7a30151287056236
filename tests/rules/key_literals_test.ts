import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { keyLiterals } from "./key_literals.ts";

Deno.test("keyLiterals catches keys built outside their owner", () => {
  const found = findIn(keyLiterals, {
    "src/job/a.ts": 'const key = ["job", name];\nconst prefix = ["due"];',
    "src/kv/b.ts": 'const key = ["bell", name]; const own = ["slot", incarnation, 1];',
    "routes/v1/c.ts": 'const key = ["out", id, "tip"];',
  });
  assert.deepEqual(found, ["src/job/a.ts:1", "src/job/a.ts:2", "src/kv/b.ts:1", "routes/v1/c.ts:1"]);
});

Deno.test("keyLiterals passes the store, word lists, issue paths, folders without kv, and tests", () => {
  const found = findIn(keyLiterals, {
    "src/store/keys.ts": 'const key = ["job", name];',
    "src/bell/a.ts": 'const key = ["bell", name];',
    "src/job/b.ts": 'const words = ["job", "node"]; const issue = { path: ["job"], message: text }; // ["job", x]',
    "src/execute/c.ts": 'const args = ["q", file];',
    "src/job/b_test.ts": 'const key = ["job", name];',
  });
  assert.deepEqual(found, []);
});
