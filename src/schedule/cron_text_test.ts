import { deepEqual, equal, throws } from "node:assert/strict";
import { nextTime, parseSchedule } from "./mod.ts";

/** Text, what its source says of it, an instant, and the next times in UTC. */
type Row = [string, string, string, string[]];

/** From the manual page crontab(5) of Vixie cron. */
const VIXIE: Row[] = [
  ["5 0 * * *", "five minutes after midnight, every day", "2026-01-31T00:04:59Z", ["01-31 00:05:00", "02-01 00:05:00"]],
  ["15 14 1 * *", "at 2:15pm on the first of every month", "2026-01-01T14:15:00Z", [
    "02-01 14:15:00",
    "03-01 14:15:00",
  ]],
  ["0 22 * * 1-5", "at 10 pm on weekdays", "2026-01-02T00:00:00Z", ["01-02 22:00:00", "01-05 22:00:00"]],
  ["23 0-23/2 * * *", "23 minutes after midnight, 2am, 4am ...", "2026-01-01T20:00:00Z", [
    "01-01 20:23:00",
    "01-01 22:23:00",
    "01-02 00:23:00",
  ]],
  ["5 4 * * sun", "at 5 after 4 every sunday", "2026-01-01T00:00:00Z", ["01-04 04:05:00", "01-11 04:05:00"]],
  ["30 4 1,15 * 5", "the 1st and 15th of each month, plus every Friday", "2026-01-10T00:00:00Z", [
    "01-15 04:30:00",
    "01-16 04:30:00",
    "01-23 04:30:00",
    "01-30 04:30:00",
    "02-01 04:30:00",
  ]],
];

/** From the cron trigger tutorial of Quartz (its weekday numbers count from 1, so names stand here). */
const QUARTZ: Row[] = [
  ["0 0 12 * * ?", "at 12pm (noon) every day", "2026-01-01T12:00:00Z", ["01-02 12:00:00"]],
  ["0 15 10 ? * *", "at 10:15am every day", "2026-01-01T12:00:00Z", ["01-02 10:15:00"]],
  ["0 15 10 * * ? 2026", "at 10:15am every day during the year 2026", "2026-12-30T12:00:00Z", [
    "12-31 10:15:00",
    "never",
  ]],
  ["0 * 14 * * ?", "every minute from 2pm to 2:59pm", "2026-01-01T14:58:00Z", ["01-01 14:59:00", "01-02 14:00:00"]],
  ["0 0/5 14,18 * * ?", "every 5 minutes from 2pm to 2:55pm and from 6pm to 6:55pm", "2026-01-01T14:50:00Z", [
    "01-01 14:55:00",
    "01-01 18:00:00",
    "01-01 18:05:00",
  ]],
  ["0 0-5 14 * * ?", "every minute from 2pm to 2:05pm", "2026-01-01T14:04:00Z", ["01-01 14:05:00", "01-02 14:00:00"]],
  ["0 10,44 14 ? 3 WED", "at 2:10pm and 2:44pm every Wednesday in March", "2026-03-25T14:11:00Z", [
    "03-25 14:44:00",
    "2027-03-03 14:10:00",
  ]],
  ["0 15 10 ? * MON-FRI", "at 10:15am every Monday to Friday", "2026-01-02T12:00:00Z", ["01-05 10:15:00"]],
  ["0 15 10 L * ?", "at 10:15am on the last day of every month", "2026-02-01T00:00:00Z", [
    "02-28 10:15:00",
    "03-31 10:15:00",
  ]],
  ["0 15 10 L-2 * ?", "at 10:15am on the 2nd-to-last day of every month", "2026-02-01T00:00:00Z", ["02-26 10:15:00"]],
  ["0 15 10 ? * FRIL", "at 10:15am on the last Friday of every month", "2026-01-01T00:00:00Z", ["01-30 10:15:00"]],
  ["0 15 10 ? * FRI#3", "at 10:15am on the third Friday of every month", "2026-01-01T00:00:00Z", ["01-16 10:15:00"]],
  ["0 0 12 1/5 * ?", "every 5 days every month, from the first", "2026-01-27T00:00:00Z", [
    "01-31 12:00:00",
    "02-01 12:00:00",
  ]],
  ["0 11 11 11 11 ?", "every November 11th at 11:11am", "2026-01-01T00:00:00Z", [
    "11-11 11:11:00",
    "2027-11-11 11:11:00",
  ]],
];

/** Carillon's own corners. */
const OWN: Row[] = [
  ["*/20 * * * * *", "seconds first", "2026-01-01T00:00:39Z", ["01-01 00:00:40", "01-01 00:01:00"]],
  ["10/25 * * * * *", "n/step is n-max/step", "2026-01-01T00:00:00Z", [
    "01-01 00:00:10",
    "01-01 00:00:35",
    "01-01 00:01:10",
  ]],
  ["? ? ? ? ? ?", "? is * in any field", "2026-01-01T00:00:00Z", ["01-01 00:00:01"]],
  ["  0\t007  08 *  jan   7 ", "blanks, leading zeros, names, 7", "2026-01-01T00:00:00Z", ["01-04 08:07:00"]],
  ["0 */100 * * * *", "a step past the end, as in Dkron", "2026-01-01T00:00:00Z", ["01-01 01:00:00"]],
  ["0 0 0 29 2 *", "leap day over a century", "2096-03-01T00:00:00Z", ["2104-02-29 00:00:00"]],
  ["0 0 0 * 2 0#5", "five Sundays in February", "2026-01-01T00:00:00Z", ["2032-02-29 00:00:00", "2060-02-29 00:00:00"]],
  ["0 0 0 1 1 * 9999", "the last year", "2026-01-01T00:00:00Z", ["9999-01-01 00:00:00", "never"]],
  ["0 0 0 1 1 ? 2000/13", "years with a step", "2026-01-01T00:00:00Z", [
    "2039-01-01 00:00:00",
    "2052-01-01 00:00:00",
  ]],
  ["59 59 23 31 12 * 9999", "the last second", "2026-01-01T00:00:00Z", ["9999-12-31 23:59:59", "never"]],
];

for (const [text, says, after, expected] of [...VIXIE, ...QUARTZ, ...OWN]) {
  Deno.test(`nextTime() of "${text}": ${says}`, () => {
    const schedule = parseSchedule(text, { jobName: "job" });
    let ms: number | undefined = Date.parse(after);
    const times = expected.map(() => {
      ms = ms === undefined ? undefined : nextTime(schedule, ms);
      return ms === undefined ? "never" : new Date(ms).toISOString().slice(0, 19).replace("T", " ");
    });
    deepEqual(times, expected.map((time) => /^\d\d-/.test(time) ? `${after.slice(0, 4)}-${time}` : time));
  });
}

/** Bad texts, each with its reason. */
const REFUSED: [string, string][] = [
  ["* * * *", "expected 6 fields (or 5 without seconds, or 7 with a year), found 4"],
  ["* * * * * * * *", "expected 6 fields (or 5 without seconds, or 7 with a year), found 8"],
  ["60 * * * * *", "second 60 is not within 0-59"],
  ["* 60 * * * *", "minute 60 is not within 0-59"],
  ["* * 24 * * *", "hour 24 is not within 0-23"],
  ["* * * 0 * *", "day of month 0 is not within 1-31"],
  ["* * * 32W * *", "day of month 32 is not within 1-31"],
  ["* * * L-31 * *", 'day of month "L-31" counts back more than 30 days'],
  ["* * * * 13 *", "month 13 is not within 1-12 or JAN-DEC"],
  ["* * * * MAI *", 'month "MAI" is not a number within 1-12 or JAN-DEC'],
  ["* * * * * 8", "day of week 8 is not within 0-7 or SUN-SAT"],
  ["* * * * * L", 'day of week "L" needs a day before the L, such as 5L for the last Friday'],
  ["* * * * * 5#6", 'day of week "5#6" needs 1-5 after the #'],
  ["* * * * * 5#", 'day of week "5#" is neither *, a number, a range nor a step'],
  ["* * * * * * 10000", "year 10000 is not within 1970-9999"],
  ["* * * * * * ~", 'year "~" has no meaning: write the number'],
  [", * * * * *", 'second "," has an empty item in its list'],
  ["1,,2 * * * * *", 'second "1,,2" has an empty item in its list'],
  ["* * * 1, * *", 'day of month "1," has an empty item in its list'],
  ["* 5-1 * * * *", 'minute "5-1" runs backwards: write it as a list of two ranges'],
  ["* * * * * SAT-SUN", 'day of week "SAT-SUN" runs backwards: write it as a list of two ranges'],
  ["*/0 * * * * *", 'second "*/0" needs a step of at least 1'],
  ["*/x * * * * *", 'second "*/x" needs a step of at least 1'],
  ["*-5 * * * * *", 'second "*-5" is neither *, a number, a range nor a step'],
  ["-5 * * * * *", 'second "-5" is neither *, a number, a range nor a step'],
  ["1.5 * * * * *", 'second "1.5" is neither *, a number, a range nor a step'],
  ["+5 * * * * *", 'second "+5" is neither *, a number, a range nor a step'],
  ["1/2/3 * * * * *", 'second "1/2/3" is neither *, a number, a range nor a step'],
  ["H * * * * *", 'second "H" is not a number within 0-59'],
  ["0 0 0 L 2W *", 'month "2W" is not a number within 1-12 or JAN-DEC'],
  [
    "0 0 0 31 2 *",
    'it can never be due: no date up to the year 9999 has day of month "31", month "2", day of week "*" and year "*"',
  ],
  [
    "0 0 0 29 2 * 2027",
    'it can never be due: no date up to the year 9999 has day of month "29", month "2", day of week "*" and year "2027"',
  ],
];

for (const [text, reason] of REFUSED) {
  Deno.test(`parseSchedule() refuses "${text}": ${reason}`, () => {
    throws(() => parseSchedule(text, { jobName: "job" }), {
      code: "invalid",
      message: `Cannot read schedule "${text}": ${reason}`,
      issues: [{ path: "schedule", message: reason }],
    });
  });
}

Deno.test("parseSchedule() follows elapsed time only where the hours are a whole day's pattern", () => {
  const isElapsed = (hours: string) => {
    const schedule = parseSchedule(`0 0 ${hours} * * *`, { jobName: "job" });
    return schedule.kind === "cron" && schedule.elapsed;
  };
  for (const hours of ["*", "?", "*/2", "0/2", "0-23", "*/1,5"]) equal(isElapsed(hours), true, hours);
  for (const hours of ["2", "1,2", "1/2", "0-22", "~", "*/24"]) equal(isElapsed(hours), false, hours);
});
