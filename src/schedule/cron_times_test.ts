import { deepEqual, equal } from "node:assert/strict";
import { nextTime, parseSchedule, previousTime } from "./mod.ts";

/** Promise, zone, text, an instant, and the next times in UTC. */
const TABLE: [string, string, string, string, string[]][] = [
  [
    "moves a skipped time to the end of the gap",
    "Europe/Berlin",
    "0 30 2 * * *",
    "2026-03-28T01:30:00Z",
    ["03-29 01:00:00", "03-30 00:30:00"],
  ],
  [
    "makes one of all times in a gap, and of the time at its end",
    "Europe/Berlin",
    "0 */10 2,3 * * *",
    "2026-03-29T00:00:00Z",
    ["03-29 01:00:00", "03-29 01:10:00", "03-29 01:20:00"],
  ],
  [
    "takes the first of a time shown twice",
    "Europe/Berlin",
    "0 30 2 * * *",
    "2026-10-24T12:00:00Z",
    ["10-25 00:30:00", "10-26 01:30:00"],
  ],
  [
    "runs each time of a list once where clocks go back",
    "America/New_York",
    "0 30 0,1,2 * * *",
    "2026-11-01T00:00:00Z",
    ["11-01 04:30:00", "11-01 05:30:00", "11-01 07:30:00", "11-02 05:30:00"],
  ],
  [
    "holds still through the second pass",
    "Europe/Berlin",
    "*/20 59 2 * * *",
    "2026-10-25T00:59:20Z",
    ["10-25 00:59:40", "10-26 01:59:00"],
  ],
  [
    "does not repeat when asked from within the second pass",
    "Europe/Berlin",
    "0 */15 2 * * *",
    "2026-10-25T01:10:00Z",
    ["10-26 01:00:00"],
  ],
  [
    "follows elapsed time for every hour, forward",
    "Europe/Berlin",
    "0 30 * * * *",
    "2026-03-29T00:00:00Z",
    ["03-29 00:30:00", "03-29 01:30:00", "03-29 02:30:00"],
  ],
  [
    "follows elapsed time for every hour, back",
    "Europe/Berlin",
    "0 30 * * * *",
    "2026-10-25T00:00:00Z",
    ["10-25 00:30:00", "10-25 01:30:00", "10-25 02:30:00"],
  ],
  [
    "follows elapsed time for every second hour: the wall time shown must match",
    "Europe/Berlin",
    "0 0 */2 * * *",
    "2026-10-24T22:00:00Z",
    ["10-25 00:00:00", "10-25 01:00:00", "10-25 03:00:00"],
  ],
  [
    "knows half an hour of summer time, forward",
    "Australia/Lord_Howe",
    "0 15 2 * * *",
    "2026-10-03T00:00:00Z",
    ["10-03 15:30:00", "10-04 15:15:00"],
  ],
  [
    "knows half an hour of summer time, back",
    "Australia/Lord_Howe",
    "0 45 1 * * *",
    "2026-04-04T00:00:00Z",
    ["04-04 14:45:00", "04-05 15:15:00"],
  ],
  [
    "repeats only what is shown twice",
    "Australia/Lord_Howe",
    "0 15,45 * * * *",
    "2026-04-04T14:00:00Z",
    ["04-04 14:15:00", "04-04 14:45:00", "04-04 15:15:00", "04-04 15:45:00"],
  ],
  [
    "runs once for a whole day that is skipped",
    "Pacific/Apia",
    "0 0 12 * * *",
    "2011-12-29T12:00:00Z",
    ["12-29 22:00:00", "12-30 10:00:00", "12-30 22:00:00"],
  ],
  [
    "makes one of two midnights at the end of a skipped day",
    "Pacific/Apia",
    "0 0 0 * * *",
    "2011-12-29T00:00:00Z",
    ["12-29 10:00:00", "12-30 10:00:00", "12-31 10:00:00"],
  ],
  [
    "moves a midnight that is skipped",
    "America/Sao_Paulo",
    "@daily",
    "2018-11-03T03:00:00Z",
    ["11-04 03:00:00", "11-05 02:00:00"],
  ],
  [
    "takes the first of two midnights",
    "America/Havana",
    "@daily",
    "2026-10-31T12:00:00Z",
    ["11-01 04:00:00", "11-02 05:00:00"],
  ],
  [
    "knows a date shown again after its end",
    "America/Santiago",
    "0 30 23 4 4 *",
    "2026-04-04T00:00:00Z",
    ["2026-04-05 02:30:00", "2027-04-05 03:30:00"],
  ],
  [
    "sees a date shown again though its next wall time is a year away",
    "America/Santiago",
    "0 30 */23 4 4 *",
    "2026-04-04T12:00:00Z",
    ["04-05 02:30:00", "04-05 03:30:00", "2027-04-04 04:30:00"],
  ],
  [
    "knows summer time that pauses for Ramadan, back",
    "Africa/Casablanca",
    "0 30 2 * * *",
    "2026-02-14T12:00:00Z",
    ["02-15 01:30:00", "02-16 02:30:00"],
  ],
  [
    "knows summer time that pauses for Ramadan, forward",
    "Africa/Casablanca",
    "0 30 2 * * *",
    "2026-03-21T12:00:00Z",
    ["03-22 02:00:00", "03-23 01:30:00"],
  ],
  ["needs no rule where clocks never change", "Asia/Tokyo", "0 30 2 * * *", "2026-03-28T12:00:00Z", [
    "03-28 17:30:00",
    "03-29 17:30:00",
  ]],
  [
    "finds elapsed times decades away",
    "Europe/Berlin",
    "0 30 */12 ? 2 0#5",
    "2026-01-01T00:00:00Z",
    ["2032-02-28 23:30:00", "2032-02-29 11:30:00", "2060-02-28 23:30:00"],
  ],
];

for (const [promise, zone, text, after, expected] of TABLE) {
  Deno.test(`nextTime() ${promise}: ${text} in ${zone}`, () => {
    const schedule = parseSchedule(text, { timezone: zone, jobName: "job" });
    let ms: number | undefined = Date.parse(after);
    const times = expected.map(() => iso(ms = nextTime(schedule, ms ?? Infinity)));
    deepEqual(times, expected.map((time) => /^\d\d-/.test(time) ? `${after.slice(0, 4)}-${time}` : time));
    // And back again.
    const back = times.map(() => {
      const time = ms;
      ms = previousTime(schedule, (ms ?? 0) - 1);
      return iso(time);
    });
    deepEqual(back.reverse(), times);
  });
}

Deno.test("nextTime() reaches a far year at once, and says when there is none", () => {
  const far = parseSchedule("0 30 * 31 12 * 9998", { timezone: "Europe/Berlin", jobName: "job" });
  equal(iso(nextTime(far, 0)), "9998-12-30 23:30:00");
  equal(iso(previousTime(far, 8e15)), "9998-12-31 22:30:00");
  equal(nextTime(far, Date.UTC(9999, 0)), undefined);
  equal(previousTime(far, Date.UTC(9998, 0)), undefined);
  // The only day that it names never came in Samoa.
  const never = parseSchedule("0 30 * 30 12 * 2011", { timezone: "Pacific/Apia", jobName: "job" });
  equal(nextTime(never, 0), undefined);
  equal(previousTime(never, 8e15), undefined);
});

function iso(ms: number | undefined): string {
  return ms === undefined ? "never" : new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}
