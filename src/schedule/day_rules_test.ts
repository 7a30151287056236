import { deepEqual } from "node:assert/strict";
import { readDayFields } from "./day_fields.ts";
import { matchingDays } from "./day_rules.ts";

/** 2026: 1 January is a Thursday, 1 February a Sunday, 1 August a Saturday; 2024 is a leap year. */
const TABLE: [string, string, string, number[]][] = [
  ["L", "*", "2026-02", [28]],
  ["L", "?", "2024-02", [29]],
  ["L-3", "*", "2026-01", [28]],
  ["L-30", "*", "2026-02", []],
  ["LW", "*", "2026-01", [30]],
  ["LW", "*", "2026-02", [27]],
  ["LW", "*", "2026-05", [29]],
  ["wl", "*", "2026-04", [30]],
  ["1W", "*", "2026-02", [2]],
  ["1W", "*", "2026-08", [3]],
  ["15W", "*", "2026-02", [16]],
  ["15W", "*", "2026-08", [14]],
  ["31W", "*", "2026-02", []],
  ["31W", "*", "2026-05", [29]],
  ["1W,15,L", "*", "2026-02", [2, 15, 28]],
  ["*", "5L", "2026-01", [30]],
  ["*", "FRIL", "2026-02", [27]],
  ["*", "7L", "2026-05", [31]],
  ["*", "MON#2", "2026-02", [9]],
  ["*", "0#5", "2026-02", []],
  ["*", "4#5", "2026-01", [29]],
  ["*", "1#1,1#3", "2026-02", [2, 16]],
  ["*", "SAT,7", "2026-02", [1, 7, 8, 14, 15, 21, 22, 28]],
  ["*", "5-7/2", "2026-02", [1, 6, 8, 13, 15, 20, 22, 27]],
  ["*", "5/1", "2026-02", [6, 7, 13, 14, 20, 21, 27, 28]],
  ["13", "FRI", "2026-01", [2, 9, 13, 16, 23, 30]],
  ["*/10", "MON", "2026-02", [1, 2, 9, 11, 16, 21, 23]],
  ["*/1", "MON", "2026-02", [2, 9, 16, 23]],
  ["10-12", "?", "2026-02", [10, 11, 12]],
  ["*,3", "MON", "2026-02", [2, 9, 16, 23]],
];

for (const [monthDay, weekday, month, expected] of TABLE) {
  Deno.test(`matchingDays() of "${monthDay}" and "${weekday}" in ${month} are ${expected.join() || "none"}`, () => {
    const { days } = readDayFields(monthDay, weekday, 0);
    const bits = matchingDays(days, Number(month.slice(0, 4)), Number(month.slice(5)));
    deepEqual(Array.from({ length: 31 }, (_, i) => i + 1).filter((day) => bits & 1 << (day - 1)), expected);
  });
}
