import assert from "node:assert/strict";
import { KINDS } from "../../tests/rules/owners.ts";
import { isRestorable, LEFT_BEHIND, MADE_ANEW } from "./moved_kinds.ts";

Deno.test("every kind of record is in a backup, made anew by a restore, or left behind", () => {
  const undecided = Object.values(KINDS).map(({ head }) => head).filter((head) =>
    !isRestorable([head]) && !LEFT_BEHIND.has(head) && !MADE_ANEW.has(head)
  );
  assert.deepEqual(undecided, [], "decide in src/transfer/moved_kinds.ts what becomes of them");
});
