import { equal } from "node:assert/strict";
import { describeSchedule, parseSchedule } from "./mod.ts";

const TABLE: [string, string][] = [
  ["0 30 2 * * 1-5", "At 02:30, Monday through Friday (Europe/Berlin)"],
  ["30 2 ? * mon-fri", "At 02:30, Monday through Friday (Europe/Berlin)"],
  ["TZ=Asia/Tokyo @daily", "At 00:00 (Asia/Tokyo)"],
  ["*/10 * * * * *", "Every 10 seconds (Europe/Berlin)"],
  ["0 */100 * * * *", "Every hour (Europe/Berlin)"],
  ["00 05 ~ * * 07", "At 03:05, only on Sunday (Europe/Berlin)"],
  ["0 0 12 ? * 5L", "At 12:00, on the last Friday of the month (Europe/Berlin)"],
  ["0 0 12 LW * ?", "At 12:00, on the last weekday of the month (Europe/Berlin)"],
  ["0 0 12 13 * FRI", "At 12:00, on day 13 of the month, and on Friday (Europe/Berlin)"],
  ["0 0 0 1 1 ? 2030", "At 00:00, on day 1 of the month, only in January, only in 2030 (Europe/Berlin)"],
  ["0 0 0 1W,15 * *", "When the clock matches 0 0 0 1W,15 * * (Europe/Berlin)"],
  ["@every 1h30m", "Every 1 hour 30 minutes, counted from 1970-01-01 00:00:00 UTC"],
  ["@every 24h +10m", "Every 1 day, counted from 1970-01-01 00:10:00 UTC"],
  ["@after_end 90s", "1 minute 30 seconds after the end of the last run"],
  ["@at 2030-01-02T03:04:05+01:00", "Once, at 2030-01-02 02:04:05 UTC"],
  ["@after 2030-01-02T03:04:05Z <PT5M", "Once, at 2030-01-02 03:04:05 UTC, or up to 5 minutes later"],
  ["@manually", "By hand, or by a parent job, only"],
];

for (const [text, words] of TABLE) {
  Deno.test(`describeSchedule() says of "${text}": ${words}`, () => {
    equal(describeSchedule(parseSchedule(text, { timezone: "Europe/Berlin", jobName: "job" }), text), words);
  });
}
