import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { fileNames } from "./file_names.ts";

Deno.test("fileNames catches names that say nothing and names not in snake_case", () => {
  const found = findIn(fileNames, {
    "src/job/utils.ts": "",
    "src/lib/a.ts": "",
    "tests/helpers/a.ts": "",
    "src/job/types_test.ts": "",
    "src/job/jobStore.ts": "",
    "src/job/job-store.ts": "",
  });
  assert.equal(found.length, 6);
});

Deno.test("fileNames passes snake_case names, private files and tests", () => {
  const found = findIn(fileNames, { "src/job/edge_list.ts": "", "src/job/_plan.ts": "", "src/job/a_test.ts": "" });
  assert.deepEqual(found, []);
});
