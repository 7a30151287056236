import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { importCycles } from "./import_cycles.ts";

Deno.test("importCycles catches a circle of files, of types too", () => {
  const found = findIn(importCycles, {
    "src/kv/a.ts": '\nimport { b } from "./b.ts";',
    "src/kv/b.ts": 'import type { C } from "./c.ts";',
    "src/kv/c.ts": 'export * from "./a.ts";',
    "src/kv/d.ts": 'import { a } from "./a.ts";',
  });
  assert.deepEqual(found, ["src/kv/a.ts:2"]);
});

Deno.test("importCycles catches a circle of folders whose files make none", () => {
  const found = findIn(importCycles, {
    "src/start/a.ts": 'import { b } from "../finish/b.ts";',
    "src/start/c.ts": "export {};",
    "src/finish/b.ts": "export {};",
    "src/finish/d.ts": 'import { c } from "../start/c.ts";',
  });
  assert.deepEqual(found, ["src/start/a.ts:1"]);
});

Deno.test("importCycles passes a tree, and tests that look across", () => {
  const found = findIn(importCycles, {
    "src/start/a.ts": 'import { b } from "./b.ts"; import { c } from "./c.ts";',
    "src/start/b.ts": 'import { c } from "./c.ts";',
    "src/start/c.ts": "export {};",
    "src/start/c_test.ts": 'import { d } from "../finish/d.ts";',
    "src/finish/d.ts": 'import { a } from "../start/a.ts";',
  });
  assert.deepEqual(found, []);
});
