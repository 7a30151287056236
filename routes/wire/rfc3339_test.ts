import assert from "node:assert/strict";
import { readTime, rfc3339, rfc3339OrZero } from "./rfc3339.ts";

Deno.test("rfc3339() leaves out a fraction that is zero, as Go does", () => {
  assert.deepEqual([0, 1].map(rfc3339), ["1970-01-01T00:00:00Z", "1970-01-01T00:00:00.001Z"]);
  assert.equal(rfc3339OrZero(null), "0001-01-01T00:00:00Z");
});

Deno.test("readTime() reads RFC 3339 and times to the minute, and no date that does not exist", () => {
  const cases: [string, string | undefined][] = [
    ["2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z"],
    ["2030-01-01t02:00:00.5+02:00", "2030-01-01T00:00:00.500Z"],
    ["2030-01-01T12:30", "2030-01-01T12:30:00Z"],
    ["2028-02-29T00:00", "2028-02-29T00:00:00Z"],
    ["2030-02-29T00:00", undefined],
    ["2030-01-01T25:00:00Z", undefined],
    ["2030-01-01T00:00:60Z", undefined],
    ["2030-01-01T00:00:00+99:00", undefined],
    ["2030-01-01T00:00:00", undefined],
    ["2030-01-01", undefined],
    ["", undefined],
  ];
  for (const [text, expected] of cases) {
    const ms = readTime(text);
    assert.equal(ms === undefined ? undefined : rfc3339(ms), expected, text);
  }
});
