import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { knownFolders } from "./known_folders.ts";

Deno.test("knownFolders catches a folder without a row and one without mod.ts", () => {
  const found = findIn(knownFolders, {
    "src/extra/a.ts": "",
    "src/loose.ts": "",
    "routes/v9/a.ts": "",
    "src/job/a.ts": 'import { Store } from "../store/store.ts";',
  });
  assert.deepEqual(found, ["src/extra/a.ts:1", "src/loose.ts:1", "routes/v9/a.ts:1", "src/job/a.ts:1"]);
});

Deno.test("knownFolders passes folders of the table and what lies below them", () => {
  const found = findIn(knownFolders, {
    "main.ts": "",
    "src/execute/shell/a.ts": "",
    "routes/app.ts": "",
    "routes/v1/a.ts": 'import "../wire/job.ts";',
    "tests/anything/a.ts": "",
    "src/job/a.ts": 'import { Store } from "../store/mod.ts";',
    "src/store/mod.ts": "",
  });
  assert.deepEqual(found, []);
});
