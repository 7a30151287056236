import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { importTable } from "./import_table.ts";
import { LAYOUT } from "./layout.ts";

Deno.test("importTable catches an import that the table does not allow", () => {
  const found = findIn(importTable, {
    "src/kv/a.ts": 'import { now } from "../runtime/mod.ts";\nimport type { Job } from "../model/mod.ts";',
    "src/store/b.ts": 'export * from "../job/mod.ts";',
    "src/agent/c.ts": 'await import("../kv/mod.ts");',
    "src/claim/d.ts": 'type T = import("../fire/mod.ts").T;',
    "routes/wire/e.ts": 'import { Hono } from "hono";',
    "src/start/f.ts": 'import { eventually } from "../../tests/support/eventually.ts";',
  });
  assert.deepEqual(found, [
    "src/kv/a.ts:2",
    "src/store/b.ts:1",
    "src/agent/c.ts:1",
    "src/claim/d.ts:1",
    "routes/wire/e.ts:1",
    "src/start/f.ts:1",
  ]);
});

Deno.test("importTable lets the client take types of routes, and no values", () => {
  const found = findIn(importTable, {
    "src/client/a.ts":
      'import type { App } from "../../routes/mod.ts";\nimport { type App as B } from "../../routes/mod.ts";',
    "src/client/b.ts": 'import { createApp } from "../../routes/mod.ts";',
    "src/client/c.ts": 'import { jobFromWire } from "../../routes/wire/job.ts";',
  });
  assert.deepEqual(found, ["src/client/b.ts:1"]);
});

Deno.test("importTable passes what the table allows, strings that look like imports, data files, and tests", () => {
  const found = findIn(importTable, {
    "main.ts": 'import { main } from "./src/cli/mod.ts";',
    "src/kv/a.ts":
      'import { now } from "../runtime/mod.ts";\nconst text = `import "../job/mod.ts"`; // import "../job/mod.ts"',
    "src/kv/a_test.ts": 'import { job } from "../job/mod.ts";',
    "src/cli/version.ts": 'import config from "../../deno.json" with { type: "json" };',
    "routes/v1/jobs.ts": 'import { jobToWire } from "../wire/job.ts";\nimport { z } from "npm:zod";',
    "tests/integration/a_test.ts": 'import { job } from "../../src/job/mod.ts";',
  });
  assert.deepEqual(found, []);
});

Deno.test("LAYOUT names only folders it has", () => {
  const named = Object.values(LAYOUT).flatMap((row) => [...row.imports, ...(row.types ?? [])]);
  assert.deepEqual(named.filter((folder) => !(folder in LAYOUT)), []);
});
