import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { testManners } from "./test_manners.ts";

Deno.test("testManners catches tests that are chosen, skipped or asleep", () => {
  const found = findIn(testManners, {
    "src/job/a_test.ts": [
      'Deno.test.only("a", f);',
      'Deno.test({ name: "b", only: true, fn: f });',
      'Deno.test({ name: "c", ignore: true, fn: f });',
      'Deno.test.ignore("d", f);',
      'Deno.test({ name: "e", ignore: !found, fn: f });',
      "await new Promise((resolve) => setTimeout(resolve, 100));",
      'import { setTimeout as sleep } from "node:timers/promises";',
      "await systemClock.sleep(100);",
    ].join("\n"),
  });
  assert.deepEqual(
    found.map((place) => Number(place.split(":")[1])).toSorted((a, b) => a - b),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
});

Deno.test("testManners passes plain tests, skips through tests/support, and tests/support itself", () => {
  const found = findIn(testManners, {
    "src/job/a_test.ts":
      'import { missing } from "../../tests/support/tools.ts";\nDeno.test({ name: "a", ignore: missing("etcd"), fn: f });\n' +
      'Deno.test("b.only(1) and setTimeout", f); const query = { only: true }; await clock.sleep(1);',
    "tests/support/eventually.ts": "await new Promise((resolve) => setTimeout(resolve, 1));",
    "tests/bench/main.ts": "setTimeout(f, 100);",
  });
  assert.deepEqual(found, []);
});
