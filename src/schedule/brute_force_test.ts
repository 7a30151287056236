/**
 * Random schedules against a brute-force scan that knows only what the clock on the wall shows (by `Intl`, where the
 * code under test asks Temporal) and what the fields mean for one single time.
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { Cron } from "croner";
import fc from "fast-check";
import { item, list, monthDay, mostlyStar, type Sample, sample, weekday } from "./_random_schedules.ts";
import { countTimes, newestTimes, nextTime, parseSchedule, previousTime } from "./mod.ts";

/** fast-check prints the seed and the smallest failing case. */
const SEED = 20260301;
const RUNS = { aroundChanges: 120, overAYear: 10, decades: 150 };
const SLOT_MS = 15 * 60_000;

/** Offsets by `Intl`, asked once for each quarter of an hour: no zone changed within one since 1972. */
class WallClock {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
  }

  wallAt(ms: number): number {
    const slot = Math.floor(ms / SLOT_MS);
    let offset = this.#offsets.get(slot);
    if (offset === undefined) {
      const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?$/.exec(this.#format.format(slot * SLOT_MS)) ?? [];
      offset = sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000;
      this.#offsets.set(slot, offset);
    }
    return ms + offset;
  }
}

/** Every due time in (fromMs, toMs], by looking at each step of the clock. */
function scan(sample: Sample, clock: WallClock, fromMs: number, toMs: number, stepMs: number): number[] {
  const due: number[] = [];
  // The latest wall time that was shown, or skipped, so far.
  let latest = clock.wallAt(fromMs);
  for (let ms = fromMs + stepMs; ms <= toMs; ms += stepMs) {
    const wall = clock.wallAt(ms);
    let isDue = sample.elapsed && sample.matches(new Date(wall));
    if (!sample.elapsed) {
      for (let passed = latest + stepMs; passed <= wall; passed += stepMs) isDue ||= sample.matches(new Date(passed));
    }
    latest = Math.max(latest, wall);
    if (isDue) due.push(ms);
  }
  return due;
}

/** Compares all ways to ask for the times in (fromMs, toMs]. */
function compare(sample: Sample, zone: string, fromMs: number, toMs: number, expected: number[]): void {
  const schedule = parseSchedule(sample.text, { timezone: zone, jobName: "job" });
  const times: number[] = [];
  let time = nextTime(schedule, fromMs);
  while (time !== undefined && time <= toMs && times.length <= expected.length) {
    times.push(time);
    time = nextTime(schedule, time);
  }
  deepEqual(times.slice(0, 50).map(iso), expected.slice(0, 50).map(iso));
  deepEqual(times, expected);
  deepEqual(newestTimes(schedule, fromMs, toMs, expected.length + 1), expected);
  deepEqual(newestTimes(schedule, fromMs, toMs, 3), expected.slice(-3));
  deepEqual(countTimes(schedule, fromMs, toMs, expected.length), {
    count: expected.length,
    lastMs: expected.at(-1) ?? fromMs,
    done: true,
  });
  // From the middle of anywhere, also within a gap or a second pass.
  for (let ms = fromMs; ms < toMs; ms += (toMs - fromMs) / 97) {
    const at = Math.floor(ms);
    const next = nextTime(schedule, at), previous = previousTime(schedule, at);
    equal(next !== undefined && next <= toMs ? next : undefined, expected.find((due) => due > at));
    equal(previous !== undefined && previous > fromMs ? previous : undefined, expected.findLast((due) => due <= at));
  }
}

/** A bad text must not hide in a random one: only schedules without any date may be refused. */
function isImpossible(text: string): boolean {
  try {
    parseSchedule(text, { jobName: "job" });
    return false;
  } catch (error) {
    if (error instanceof Error && error.message.includes("it can never be due")) return true;
    throw error;
  }
}

const iso = (ms: number) => new Date(ms).toISOString();

/** Zones, and days around which their clocks change (or do not). */
const CHANGES: [string, string][] = [
  ["Europe/Berlin", "2026-03-29"],
  ["Europe/Berlin", "2026-10-25"],
  ["America/New_York", "2026-03-08"],
  ["America/New_York", "2026-11-01"],
  ["Australia/Lord_Howe", "2026-04-05"],
  ["Australia/Lord_Howe", "2026-10-04"],
  ["Africa/Casablanca", "2026-02-15"],
  ["Africa/Casablanca", "2026-03-22"],
  ["America/Sao_Paulo", "2018-11-04"],
  ["America/Havana", "2026-11-01"],
  ["America/Santiago", "2026-04-05"],
  ["Antarctica/Troll", "2026-10-25"],
  ["Asia/Pyongyang", "2018-05-05"],
  ["America/Caracas", "2007-12-09"],
  ["Pacific/Apia", "2011-12-30"],
  ["Asia/Tokyo", "2026-03-29"],
];

Deno.test("nextTime() agrees with a scan by the second over three days around a change of the clocks", () => {
  const early = list(item(0, 4));
  const second = fc.oneof({
    weight: 4,
    arbitrary: fc.constant({ text: "0", matches: (v: number) => v === 0, open: false }),
  }, {
    weight: 1,
    arbitrary: list(item(0, 59)),
  });
  const anySample = sample({
    second,
    minute: list(item(0, 59)),
    hour: fc.oneof(early.filter((hour) => !hour.open && !/\//.test(hour.text)), list(item(0, 23))),
    days: fc.record({ monthDay: mostlyStar(4, list(monthDay)), weekday: mostlyStar(4, list(weekday)) }),
    month: mostlyStar(6, list(item(1, 12))),
  });
  const clocks = new Map(CHANGES.map(([zone]) => [zone, new WallClock(zone)]));
  fc.assert(
    fc.property(anySample, fc.constantFrom(...CHANGES), (sample, [zone, day]) => {
      fc.pre(!isImpossible(sample.text));
      const middle = Date.parse(day), clock = clocks.get(zone) ?? new WallClock(zone);
      const fromMs = middle - 36 * 36e5, toMs = middle + 36 * 36e5;
      compare(sample, zone, fromMs, toMs, scan(sample, clock, fromMs, toMs, 1000));
    }),
    { seed: SEED, numRuns: RUNS.aroundChanges },
  );
});

Deno.test("nextTime() agrees with a scan by the minute over 400 days", () => {
  const zero = fc.constant({ text: "0", matches: (v: number) => v === 0, open: false });
  const anySample = sample({
    second: zero,
    minute: list(item(0, 59)),
    hour: list(item(0, 23)),
    days: fc.record({ monthDay: mostlyStar(1, list(monthDay)), weekday: mostlyStar(1, list(weekday)) }),
    month: mostlyStar(1, list(item(1, 12))),
  });
  const zones = ["Europe/Berlin", "Australia/Lord_Howe"];
  const clocks = new Map(zones.map((zone) => [zone, new WallClock(zone)]));
  fc.assert(
    fc.property(anySample, fc.constantFrom(...zones), (sample, zone) => {
      fc.pre(!isImpossible(sample.text));
      const fromMs = Date.UTC(2027, 11, 1), toMs = fromMs + 400 * 864e5;
      const clock = clocks.get(zone) ?? new WallClock(zone);
      compare(sample, zone, fromMs, toMs, scan(sample, clock, fromMs, toMs, 60_000));
    }),
    { seed: SEED, numRuns: RUNS.overAYear },
  );
});

Deno.test("nextTime() agrees with croner in UTC over decades, where the two grammars are one", () => {
  const numbers = (min: number, max: number) => list(item(min, max).filter((part) => /^[\d-]+$/.test(part.text)));
  const anyText = fc.tuple(
    numbers(0, 59),
    numbers(0, 59),
    numbers(0, 23),
    mostlyStar(1, numbers(1, 31)),
    numbers(1, 12),
    mostlyStar(1, numbers(0, 6)),
  )
    .map((parts) => parts.map((part) => part.text).join(" "));
  fc.assert(
    fc.property(anyText, fc.integer({ min: 0, max: 4e12 / 1000 }), (text, afterSecond) => {
      fc.pre(!isImpossible(text));
      const schedule = parseSchedule(text, { jobName: "job" });
      const cron = new Cron(text, { timezone: "UTC" });
      let ms: number | undefined = afterSecond * 1000;
      for (let i = 0; i < 5 && ms !== undefined; i++) {
        const expected: Date | null = cron.nextRun(new Date(ms));
        ms = nextTime(schedule, ms);
        equal(ms, expected?.getTime());
      }
    }),
    { seed: SEED, numRuns: RUNS.decades },
  );
});
