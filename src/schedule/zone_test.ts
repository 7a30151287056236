import { deepEqual, equal } from "node:assert/strict";
import { isTimeZone, stretchAt } from "./zone.ts";

/** From the tz database: zone, an instant shortly before, the transition, offsets in minutes before and after. */
const TRANSITIONS: [string, string, number, number][] = [
  ["Europe/Berlin", "2026-03-29T01:00:00Z", 60, 120],
  ["Europe/Berlin", "2026-10-25T01:00:00Z", 120, 60],
  ["America/New_York", "2026-03-08T07:00:00Z", -300, -240],
  ["America/New_York", "2026-11-01T06:00:00Z", -240, -300],
  ["Australia/Lord_Howe", "2026-04-04T15:00:00Z", 660, 630],
  ["Australia/Lord_Howe", "2026-10-03T15:30:00Z", 630, 660],
  ["Africa/Casablanca", "2026-02-15T02:00:00Z", 60, 0],
  ["Africa/Casablanca", "2026-03-22T02:00:00Z", 0, 60],
  ["Pacific/Apia", "2011-12-30T10:00:00Z", -600, 840],
  ["America/Sao_Paulo", "2018-11-04T03:00:00Z", -180, -120],
  ["Asia/Pyongyang", "2018-05-04T15:00:00Z", 510, 540],
  ["Antarctica/Troll", "2026-03-29T01:00:00Z", 0, 120],
];

for (const [zone, at, before, after] of TRANSITIONS) {
  Deno.test(`stretchAt() knows the change of ${zone} at ${at}`, () => {
    const ms = Date.parse(at);
    const earlier = stretchAt(zone, ms - 1), later = stretchAt(zone, ms);
    deepEqual([earlier.offsetMs, earlier.toMs], [before * 60_000, ms]);
    deepEqual([later.earlierOffsetMs, later.offsetMs, later.fromMs], [before * 60_000, after * 60_000, ms]);
  });
}

Deno.test("stretchAt() answers the same in whatever order it is asked", () => {
  const month = 30 * 864e5;
  const instants = Array.from({ length: 240 }, (_, i) => Date.UTC(2010, 0, 1) + (i * 89 % 240) * month);
  const offsets = new Map(instants.map((ms) => [ms, stretchAt("America/Havana", ms).offsetMs]));
  for (const ms of instants.sort()) {
    const name = new Date(ms).toLocaleString("en", { timeZone: "America/Havana", timeZoneName: "longOffset" });
    equal(offsets.get(ms), name.endsWith("GMT-04:00") ? -4 * 36e5 : -5 * 36e5);
  }
});

Deno.test("stretchAt() has one endless stretch where clocks never change", () => {
  deepEqual(stretchAt("UTC", 0), { fromMs: -Infinity, toMs: Infinity, offsetMs: 0, earlierOffsetMs: 0 });
  equal(stretchAt("Asia/Tokyo", Date.UTC(2026, 0)).toMs, Infinity);
  equal(stretchAt("+05:30", 0).offsetMs, 19_800_000);
});

Deno.test("isTimeZone() takes IANA names and offsets only", () => {
  for (const name of ["UTC", "Europe/Berlin", "europe/berlin", "US/Pacific", "+05:30"]) {
    equal(isTimeZone(name), true, name);
  }
  for (const name of ["", "Local", "Mars/Olympus", "../etc/passwd", "2020-01-01T00:00Z", "GMT+1"]) {
    equal(isTimeZone(name), false, name);
  }
});
