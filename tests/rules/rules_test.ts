import assert from "node:assert/strict";
import { ALL_RULES } from "./all_rules.ts";
import { readTree } from "./source_tree.ts";
import { formatViolation } from "./violation.ts";

const files = await readTree(new URL("../..", import.meta.url).pathname);

for (const rule of ALL_RULES) {
  Deno.test(`house rule ${rule.name} holds for the whole tree`, () => {
    const found = rule.check(files).map((violation) => formatViolation(rule, violation));
    assert.ok(found.length === 0, `${found.length} violations\n${found.join("\n")}`);
  });
}

Deno.test("readTree() reads the program, its folders and its tests", () => {
  const paths = files.map((file) => file.path);
  assert.ok(paths.includes("src/runtime/clock.ts"));
  assert.ok(paths.includes("tests/rules/rules_test.ts"));
  assert.ok(!paths.some((path) => path.includes("node_modules")));
});
