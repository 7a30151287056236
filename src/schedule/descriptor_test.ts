import { deepEqual, throws } from "node:assert/strict";
import { readDescriptor } from "./descriptor.ts";
import type { Schedule } from "./schedule.ts";

const READ: [string, Schedule][] = [
  ["@every 1h30m10s", { kind: "every", periodMs: 5_410_000, phaseMs: 0 }],
  ["@every 1s", { kind: "every", periodMs: 1_000, phaseMs: 0 }],
  ["@every 1.5s", { kind: "every", periodMs: 1_000, phaseMs: 0 }],
  ["@every  1h   +10m", { kind: "every", periodMs: 3_600_000, phaseMs: 600_000 }],
  ["@every 1h +0", { kind: "every", periodMs: 3_600_000, phaseMs: 0 }],
  ["@after_end 5m", { kind: "after_end", delayMs: 300_000 }],
  ["@manually", { kind: "manually" }],
  ["@at 2030-01-02T03:04:05Z", { kind: "at", atMs: Date.UTC(2030, 0, 2, 3, 4, 5), windowMs: null }],
  ["@at 2030-01-02T03:04:05.678+02:00", { kind: "at", atMs: Date.UTC(2030, 0, 2, 1, 4, 5, 678), windowMs: null }],
  ["@after 2030-01-02T03:04:05Z <PT5M", { kind: "at", atMs: Date.UTC(2030, 0, 2, 3, 4, 5), windowMs: 300_000 }],
  ["@after 2030-01-02T03:04:05Z <P1Y2M3DT4H5M6.5S", {
    kind: "at",
    atMs: Date.UTC(2030, 0, 2, 3, 4, 5),
    windowMs: (365 + 60 + 3) * 864e5 + 4 * 36e5 + 5 * 6e4 + 6_500,
  }],
];

for (const [text, schedule] of READ) {
  Deno.test(`readDescriptor() reads "${text}"`, () => deepEqual(readDescriptor(text, "UTC"), schedule));
}

const REFUSED: [string, RegExp][] = [
  ["@", /unrecognized descriptor "@"/],
  ["@Daily", /unrecognized descriptor "@Daily": there are @yearly .* @after_end/],
  ["@reboot", /@reboot has no meaning for a fleet/],
  ["@daily 5", /nothing may follow @daily/],
  ["@manually now", /nothing may follow @manually/],
  ["@every", /@every needs one duration/],
  ["@every 1h +1m +2m", /@every needs one duration/],
  ["@every 5", /Cannot read duration "5"/],
  ["@every 1d", /Cannot read duration "1d"/],
  ["@every -1h", /Cannot read duration "-1h"/],
  ["@every 0s", /period "0s" must be at least 1s/],
  ["@every 999ms", /period "999ms" must be at least 1s/],
  ["@every 2562048h", /period "2562048h" is longer than 2562047h/],
  ["@every 1h 10m", /phase "10m" must begin with \+/],
  ["@every 1h +1h", /phase "\+1h" must be shorter than the period 1h/],
  ["@after_end", /@after_end needs a duration such as 5m/],
  ["@after_end 0s", /delay "0s" must be at least 1s/],
  ["@at", /@at needs a time such as/],
  ["@at 2030-01-02", /time "2030-01-02" must be written like/],
  ["@at 2030-01-02 03:04:05Z", /@at needs a time such as/],
  ["@at 2030-01-02T03:04:05", /must be written like/],
  ["@at 2030-01-02T03:04Z", /must be written like/],
  ["@at 2030-02-30T03:04:05Z", /must be written like/],
  ["@at 2030-13-01T03:04:05Z", /must be written like/],
  ["@at 2030-01-02T24:00:00Z", /must be written like/],
  ["@at 2030-01-02T23:59:60Z", /must be written like/],
  ["@at 1969-12-31T23:59:59Z", /is not within the years 1970 to 9999/],
  ["@after 2030-01-02T03:04:05Z", /@after needs a time and a window/],
  ["@after 2030-01-02T03:04:05Z PT5M", /@after needs a time and a window/],
  ["@after 2030-01-02T03:04:05Z <PT0S", /window "PT0S" must be a period/],
  ["@after 2030-01-02T03:04:05Z <P2W", /window "P2W" must be a period/],
  ["@after 2030-01-02T03:04:05Z <P2H", /window "P2H" must be a period/],
  ["@after 2030-01-02T03:04:05Z <P1DT", /window "P1DT" must be a period/],
  ["@after 2030-01-02T03:04:05Z <P9999999Y", /window "P9999999Y" is too long/],
];

for (const [text, reason] of REFUSED) {
  Deno.test(`readDescriptor() refuses "${text}"`, () => {
    throws(() => readDescriptor(text, "UTC"), (error: Error) => reason.test(error.message));
  });
}
