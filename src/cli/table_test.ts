import assert from "node:assert/strict";
import { distance, moment } from "./moment.ts";
import { stateCell, table } from "./table.ts";
import { visible } from "./visible.ts";

Deno.test("table() aligns columns and leaves no blanks at line ends", () => {
  assert.equal(
    table(["A", "LONG", "B"], [["abc", "d", ""], ["é", "longer", "x"]], false),
    [
      "A    LONG    B\n",
      "abc  d\n",
      "é    longer  x\n",
    ].join(""),
  );
});

Deno.test("table() colours states without moving columns, and only where there are colours", () => {
  const rows = [[stateCell("success"), "x"], [stateCell("queued"), "y"]];
  assert.equal(table(["S", "T"], rows, true), "S        T\n\x1b[32msuccess\x1b[0m  x\nqueued   y\n");
  assert.equal(table(["S", "T"], rows, false), "S        T\nsuccess  x\nqueued   y\n");
});

Deno.test("table() shows no control characters of a cell", () => {
  const text = table(["NAME"], [["a\x1b[31m\nb\u202ec\x9b"]], true);
  assert.equal(text, "NAME\na\\x1b[31m\\x0ab\\u202ec\\x9b\n");
});

Deno.test("visible() escapes line ends too", () => {
  assert.equal(visible("a\nb\t\u2028"), "a\\x0ab\\x09\\u2028");
});

Deno.test("distance() counts whole units of the largest that fits", () => {
  const cases: [ms: number, text: string][] = [
    [0, "now"],
    [999, "now"],
    [1_000, "in 1s"],
    [-61_000, "1m ago"],
    [7_199_000, "in 1h"],
    [-3 * 864e5, "3d ago"],
  ];
  for (const [ms, text] of cases) assert.equal(distance(1e12 + ms, 1e12), text);
});

Deno.test("moment() shows the time in UTC and how far it is", () => {
  assert.equal(moment(Date.UTC(2026, 0, 1, 0, 3), Date.UTC(2026, 0, 1)), "2026-01-01T00:03:00Z (in 3m)");
  assert.equal(moment(null, 0), "-");
});
