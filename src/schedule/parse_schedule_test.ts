import { deepEqual, equal, notEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { CarillonError } from "../runtime/mod.ts";
import { cachedSchedule, nextTime, parseSchedule } from "./mod.ts";

/** The first time after the start of 2026, or of another instant. */
function firstTime(text: string, timezone?: string, defaultTimezone?: string): string {
  const schedule = parseSchedule(text, { timezone, defaultTimezone, jobName: "job" });
  const time = nextTime(schedule, Date.parse("2026-01-01T00:00:00Z"));
  return time === undefined ? "never" : new Date(time).toISOString();
}

Deno.test("parseSchedule() reads descriptors in the job's zone, before which Dkron ignores it", () => {
  equal(firstTime("@daily", "Asia/Tokyo"), "2026-01-01T15:00:00.000Z");
  equal(firstTime("@midnight", "Asia/Tokyo"), "2026-01-01T15:00:00.000Z");
  equal(firstTime("@weekly"), "2026-01-04T00:00:00.000Z");
  equal(firstTime("@monthly"), "2026-02-01T00:00:00.000Z");
  equal(firstTime("@yearly"), "2027-01-01T00:00:00.000Z");
  equal(firstTime("@annually"), "2027-01-01T00:00:00.000Z");
  equal(firstTime("@hourly", "Asia/Kolkata"), "2026-01-01T00:30:00.000Z");
  equal(firstTime("@minutely"), "2026-01-01T00:01:00.000Z");
  equal(firstTime("@manually"), "never");
});

Deno.test("parseSchedule() takes the zone from the text, else from the job, else from the cluster, else UTC", () => {
  const noon = "0 0 12 * * *";
  equal(firstTime(`TZ=America/New_York ${noon}`, "Asia/Tokyo", "Europe/Berlin"), "2026-01-01T17:00:00.000Z");
  equal(firstTime(`CRON_TZ=America/New_York\t${noon}`), "2026-01-01T17:00:00.000Z");
  equal(firstTime("TZ=Asia/Tokyo @daily"), "2026-01-01T15:00:00.000Z");
  equal(firstTime("TZ=Asia/Tokyo @minutely"), "2026-01-01T00:01:00.000Z");
  equal(firstTime("TZ=Asia/Tokyo @at 2026-01-01T03:00:00Z"), "2026-01-01T03:00:00.000Z");
  equal(firstTime(noon, "Asia/Tokyo", "Europe/Berlin"), "2026-01-01T03:00:00.000Z");
  equal(firstTime(noon, "", "Europe/Berlin"), "2026-01-01T11:00:00.000Z");
  equal(firstTime(noon, "Local", "Europe/Berlin"), "2026-01-01T11:00:00.000Z");
  equal(firstTime(noon), "2026-01-01T12:00:00.000Z");
  equal(firstTime(`TZ= ${noon}`, "Asia/Tokyo"), "2026-01-01T12:00:00.000Z");
});

Deno.test("parseSchedule() names each bad field", () => {
  throws(() => parseSchedule("@daily", { timezone: "Mars/Olympus", jobName: "job" }), {
    issues: [{ path: "timezone", message: "unknown time zone Mars/Olympus" }],
  });
  throws(() => parseSchedule("TZ=Mars/Olympus @daily", { jobName: "job" }), {
    issues: [{ path: "schedule", message: "unknown time zone Mars/Olympus" }],
  });
  throws(
    () => parseSchedule("@dayly", { timezone: "../UTC", jobName: "job" }),
    (error: Error & { issues: { path: string }[] }) => {
      deepEqual(error.issues.map((issue) => issue.path), ["timezone", "schedule"]);
      return true;
    },
  );
});

Deno.test("parseSchedule() refuses a text with nothing in it, and an endless one", () => {
  throws(() => parseSchedule("", { jobName: "job" }), /it is empty/);
  throws(() => parseSchedule(" \n", { jobName: "job" }), /it is empty/);
  throws(() => parseSchedule("TZ=UTC", { jobName: "job" }), /nothing follows its time zone/);
  throws(() => parseSchedule("TZ=", { jobName: "job" }), /nothing follows its time zone/);
  throws(() => parseSchedule("1,".repeat(5_000) + "1 * * * * *", { jobName: "job" }), /longer than 2000 characters/);
});

/** By Dkron's formula: "job" sums to 106 + 111 + 98 = 315, "a" to 97, "é" to 233, the emoji to 128276. */
const HASHED: [string, string, string][] = [
  ["~ ~ ~ ~ ~ ~", "job", "15 15 3 8 4 0 *"],
  ["~ ~ ~ ~ ~ ~", "a", "37 37 1 14 2 6 *"],
  ["~ ~ ~ * * *", "é", "53 53 17 * * * *"],
  ["0 ~ * * * *", "🔔", "0 56 * * * * *"],
  ["~ ~ ~ ~ ~", "job", "0 15 3 8 4 0 *"],
  ["~ ~ ~ ~ ~ ~ 2030", "job", "15 15 3 8 4 0 2030"],
  ["0  ~   ~ * * *", "job", "0 15 3 * * * *"],
  ["0 ~/15 * * * *", "job", "0 15-59/15 * * * * *"],
  ["0 ~/15 * * * *", "a", "0 37-59/15 * * * * *"],
  ["0 ~-20,50 * * * *", "job", "0 15-20,50 * * * * *"],
  ["TZ=UTC 0 ~ * * * *", "job", "0 15 * * * * *"],
];

for (const [text, jobName, expression] of HASHED) {
  Deno.test(`parseSchedule() turns "${text}" of "${jobName}" into "${expression}"`, () => {
    const schedule = parseSchedule(text, { jobName });
    equal(schedule.kind === "cron" && schedule.expression, expression);
  });
}

Deno.test("cachedSchedule() remembers by text and zone, and by name where ~ stands", () => {
  const first = cachedSchedule("0 0 3 * * *", { jobName: "a", timezone: "Asia/Tokyo" });
  equal(cachedSchedule("0 0 3 * * *", { jobName: "b", timezone: "Asia/Tokyo" }), first);
  notEqual(cachedSchedule("0 0 3 * * *", { jobName: "a" }), first);
  const hashed = cachedSchedule("~ 0 3 * * *", { jobName: "a" });
  equal(cachedSchedule("~ 0 3 * * *", { jobName: "a" }), hashed);
  notEqual(cachedSchedule("~ 0 3 * * *", { jobName: "b" }), hashed);
  deepEqual(hashed, parseSchedule("~ 0 3 * * *", { jobName: "a" }));
});

Deno.test("parseSchedule() gives plain data that survives a copy", () => {
  const schedule = parseSchedule("0 0 9 1W,L * 5#2 2026-2030", { jobName: "job", timezone: "Europe/Berlin" });
  deepEqual(structuredClone(schedule), schedule);
  ok(JSON.stringify(schedule).length < 2_000);
});

Deno.test("parseSchedule() answers any text with a schedule, or with an invalid error that names the field", () => {
  const token = fc.constantFrom(
    ..."* ? ~ , - / # + L W LW 0 1 5 7 31 59 99 2030 9999 JAN sun @every @at @after @daily TZ= UTC 1h 1.5s <PT5M".split(
      " ",
    ),
    " ",
    "2030-01-02T03:04:05Z",
    "@constructor",
    "__proto__",
    "\u0000",
  );
  const anyText = fc.oneof(
    fc.array(token, { maxLength: 16 }).map((tokens) => tokens.join("")),
    fc.array(fc.array(token, { minLength: 1, maxLength: 3 }).map((tokens) => tokens.join("")), {
      minLength: 5,
      maxLength: 7,
    })
      .map((fields) => fields.join(" ")),
    fc.string(),
  );
  const parse = (text: string) => {
    try {
      return parseSchedule(text, { jobName: "job" });
    } catch (error) {
      ok(
        error instanceof CarillonError && error.code === "invalid" && error.issues[0]?.path === "schedule",
        String(error),
      );
      return undefined;
    }
  };
  fc.assert(
    fc.property(anyText, (text) => {
      const schedule = parse(text);
      if (schedule?.kind !== "cron") return;
      // What is kept for messages means the same as what was written.
      deepEqual(parseSchedule(schedule.expression, { jobName: "other", timezone: schedule.zone }), schedule);
    }),
    { seed: 20260301, numRuns: 3_000 },
  );
});
