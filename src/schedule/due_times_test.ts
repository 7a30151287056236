import { deepEqual, equal } from "node:assert/strict";
import { countTimes, isPast, newestTimes, nextTime, parseSchedule, previousTime } from "./mod.ts";

const NOON = Date.UTC(2026, 0, 1, 12);
const read = (text: string) => parseSchedule(text, { jobName: "job" });

Deno.test("nextTime() of @every counts from the epoch, not from any start", () => {
  equal(nextTime(read("@every 1h"), NOON + 1), NOON + 3_600_000);
  equal(nextTime(read("@every 1h"), NOON), NOON + 3_600_000);
  equal(nextTime(read("@every 1h +10m"), NOON), NOON + 600_000);
  equal(nextTime(read("@every 7s"), NOON), Math.floor(NOON / 7000) * 7000 + 7000);
  equal(nextTime(read("@every 1h +10m"), -1e12), 600_000);
  equal(nextTime(read("@every 2562047h"), Date.UTC(9999, 0)), undefined);
});

Deno.test("nextTime() of @at is its one time, and of what time does not make due nothing", () => {
  equal(nextTime(read("@at 2026-01-01T12:00:00Z"), NOON - 1), NOON);
  equal(nextTime(read("@at 2026-01-01T12:00:00Z"), NOON), undefined);
  for (const text of ["@manually", "@after_end 5m"]) {
    equal(nextTime(read(text), 0), undefined);
    equal(previousTime(read(text), NOON), undefined);
    deepEqual(countTimes(read(text), 0, NOON, 5), { count: 0, lastMs: 0, done: true });
  }
});

Deno.test("newestTimes() leaves out its start and takes in its end", () => {
  deepEqual(newestTimes(read("@every 10s"), NOON - 20_000, NOON, 5), [NOON - 10_000, NOON]);
  deepEqual(newestTimes(read("*/10 * * * * *"), NOON - 20_000, NOON, 5), [NOON - 10_000, NOON]);
  deepEqual(newestTimes(read("*/10 * * * * *"), NOON - 20_000, NOON, 1), [NOON]);
  deepEqual(newestTimes(read("*/10 * * * * *"), NOON - 20_000, NOON, 0), []);
  deepEqual(newestTimes(read("@at 2026-01-01T12:00:00Z"), NOON - 1, NOON + 1, 5), [NOON]);
  deepEqual(newestTimes(read("@at 2026-01-01T12:00:00Z"), NOON, NOON + 1, 5), []);
});

Deno.test("newestTimes() looks at no more times than it gives, however long the range", () => {
  const times = newestTimes(read("* * * * * *"), 0, NOON, 100);
  deepEqual(times, Array.from({ length: 100 }, (_, i) => NOON - (99 - i) * 1000));
});

Deno.test("countTimes() counts in slices that add up", () => {
  for (const text of ["* * * * * *", "@every 1s"]) {
    const schedule = read(text);
    const slices = [];
    let fromMs = NOON - 10_500;
    do {
      const slice = countTimes(schedule, fromMs, NOON + 500, 4);
      slices.push(slice);
      fromMs = slice.lastMs;
    } while (!slices.at(-1)?.done);
    deepEqual(slices, [
      { count: 4, lastMs: NOON - 7_000, done: false },
      { count: 4, lastMs: NOON - 3_000, done: false },
      { count: 3, lastMs: NOON, done: true },
    ]);
  }
});

Deno.test("countTimes() counts @every by arithmetic", () => {
  const count = countTimes(read("@every 1s +0"), 0, Date.UTC(9999, 0), 1e15);
  deepEqual(count, { count: Date.UTC(9999, 0) / 1000, lastMs: Date.UTC(9999, 0), done: true });
  deepEqual(countTimes(read("@every 1h +10m"), -5, 600_000, 10), { count: 1, lastMs: 600_000, done: true });
  deepEqual(countTimes(read("@every 1h"), NOON, NOON, 10), { count: 0, lastMs: NOON, done: true });
});

Deno.test("isPast() lets a time pass that its window or the misfire window still covers", () => {
  equal(isPast(read("@at 2026-01-01T12:00:00Z"), NOON + 1000, 1000), false);
  equal(isPast(read("@at 2026-01-01T12:00:00Z"), NOON + 1001, 1000), true);
  equal(isPast(read("@after 2026-01-01T12:00:00Z <PT5M"), NOON + 300_000, 0), false);
  equal(isPast(read("@after 2026-01-01T12:00:00Z <PT5M"), NOON + 300_001, 1e9), true);
  equal(isPast(read("0 0 12 1 1 * 2026"), NOON + 1000, 1000), false);
  equal(isPast(read("0 0 12 1 1 * 2026"), NOON + 1001, 1000), true);
  for (const text of ["@manually", "@after_end 5m", "@every 1h", "@daily"]) equal(isPast(read(text), NOON, 0), false);
});
