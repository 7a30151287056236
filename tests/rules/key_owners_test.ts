import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { keyOwners } from "./key_owners.ts";

Deno.test("keyOwners catches writers used, handed on or made outside the owner's folder", () => {
  const found = findIn(keyOwners, {
    "src/fire/a.ts": 'import {\n  putJob as save } from "../store/mod.ts";',
    "src/claim/b.ts": 'import * as store from "../store/mod.ts";\nstore.deleteDue(change, entry);',
    "src/job/c.ts": 'export { putDue } from "../store/mod.ts";',
    "src/keep/d.ts": 'import { writersOf } from "../store/mod.ts";',
    "src/keep/e.ts": "batch.change.set(key, bytes);",
  });
  assert.deepEqual(found, [
    "src/fire/a.ts:1",
    "src/claim/b.ts:2",
    "src/job/c.ts:1",
    "src/keep/d.ts:1",
    "src/keep/e.ts:1",
  ]);
});

Deno.test("keyOwners catches a writer of a kind that nobody owns", () => {
  const found = findIn(keyOwners, {
    "src/store/a.ts": "export function putThing() {}",
    "src/store/b.ts": "export const { put: putOther, remove: deleteDue } = writersOf(table);",
  });
  assert.deepEqual(found, ["src/store/a.ts:1", "src/store/b.ts:1"]);
});

Deno.test("keyOwners passes owners, tests, and functions of that name that are not the store's", () => {
  const found = findIn(keyOwners, {
    "src/fire/a.ts": 'import { putDue, deleteDue, jobKey } from "../store/mod.ts"; putDue(change, entry, value);',
    "src/fire/a_test.ts": 'import { putJob } from "../store/mod.ts";',
    "routes/v1/b.ts": 'import { deleteJob } from "../../src/job/mod.ts"; await deps.jobs.deleteJob(name);',
  });
  assert.deepEqual(found, []);
});
