import { deepEqual } from "node:assert/strict";
import { parseSchedule, previewSchedule } from "./mod.ts";

const SPRING = Date.UTC(2026, 2, 1);

function preview(text: string, timezone: string, n: number) {
  const found = previewSchedule(parseSchedule(text, { timezone, jobName: "job" }), text, SPRING, n);
  return { ...found, times: found.times.map((ms) => new Date(ms).toISOString()) };
}

Deno.test("previewSchedule() tells the next times, the words, and what changes of the clocks do", () => {
  deepEqual(preview("0 30 2 * * *", "Europe/Berlin", 2), {
    times: ["2026-03-01T01:30:00.000Z", "2026-03-02T01:30:00.000Z"],
    words: "At 02:30 (Europe/Berlin)",
    notes: [
      "On 2026-03-29 clocks go forward from 02:00 to 03:00: 02:30 is not shown; it is due at the end of the gap.",
      "On 2026-10-25 clocks go back from 03:00 to 02:00: 02:30 is shown twice and is due the first time only.",
    ],
  });
});

Deno.test("previewSchedule() says of an hourly job that it follows what is shown", () => {
  deepEqual(preview("0 45 * * * *", "Australia/Lord_Howe", 0).notes, [
    "On 2026-04-05 clocks go back from 02:00 to 01:30: 01:45 is shown twice and is due both times.",
  ]);
  deepEqual(preview("0 15 * * * *", "Australia/Lord_Howe", 0).notes, [
    "On 2026-10-04 clocks go forward from 02:00 to 02:30: 02:15 is not shown and not due.",
  ]);
});

Deno.test("previewSchedule() has no notes for times that no change touches", () => {
  deepEqual(preview("0 0 12 * * *", "Europe/Berlin", 1).notes, []);
  deepEqual(preview("@daily", "Asia/Tokyo", 1).notes, []);
});

Deno.test("previewSchedule() says that nothing is left", () => {
  deepEqual(preview("0 0 0 1 1 * 2020", "UTC", 3).notes, ["Every time it names has passed: it is never due again."]);
  deepEqual(preview("@at 2020-01-01T00:00:00Z", "UTC", 3).notes, ["Its time has passed."]);
});
