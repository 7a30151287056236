import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { entryPoints } from "./entry_points.ts";

Deno.test("entryPoints catches a reach past mod.ts and into private files", () => {
  const found = findIn(entryPoints, {
    "src/job/a.ts": 'import { Store } from "../store/store.ts";',
    "src/job/b.ts": 'import { x } from "../model/_private.ts";',
    "tests/integration/c_test.ts": 'import { x } from "../../src/store/_cache.ts";',
  });
  assert.deepEqual(found, ["src/job/a.ts:1", "src/job/b.ts:1", "tests/integration/c_test.ts:1"]);
});

Deno.test("entryPoints passes mod.ts, a folder's own files, open folders and tests", () => {
  const found = findIn(entryPoints, {
    "src/job/a.ts": 'import "../store/mod.ts"; import "./_private.ts"; import "./b.ts"; import "../model/job.ts";',
    "routes/v1/b.ts": 'import "../wire/job.ts"; import "../deps.ts";',
    "src/job/a_test.ts": 'import { Store } from "../store/store.ts";',
  });
  assert.deepEqual(found, []);
});
