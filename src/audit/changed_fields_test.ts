import { deepEqual, equal, ok } from "node:assert/strict";
import { changedFields } from "./changed_fields.ts";

Deno.test("changedFields() tells the fields that differ, by what they are as JSON", () => {
  deepEqual(
    changedFields({ a: 1, b: { x: [1] }, c: "same", gone: true }, { a: 2, b: { x: [1] }, c: "same", come: "y" }),
    [
      { field: "a", before: "1", after: "2" },
      { field: "come", before: null, after: '"y"' },
      { field: "gone", before: "true", after: null },
    ],
  );
  deepEqual(changedFields(null, { a: null, b: undefined, c: 0 }), [{ field: "c", before: null, after: "0" }]);
  deepEqual(changedFields({ a: 1 }, null), [{ field: "a", before: "1", after: null }]);
  deepEqual(changedFields(null, null), []);
});

Deno.test("changedFields() cuts what is long, and all of it together, and says so", () => {
  const long = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}`, "x".repeat(10_000)]));
  const changes = changedFields(null, long);
  equal(changes.length, 20);
  ok(changes[0]?.after?.endsWith("… (10002 characters)"), changes[0]?.after ?? "");
  ok(JSON.stringify(changes).length < 30_000, "it must fit into one record");
});
