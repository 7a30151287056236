import { deepStrictEqual as equals } from "node:assert/strict";
import { mock } from "node:test";
import { systemClock } from "./clock.ts";

/** What one platform timer can hold, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

Deno.test("systemClock.sleep() sleeps longer than one platform timer can", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const ends: string[] = [];
    const slept = systemClock.sleep(LONGEST_MS + 1_000).then(() => ends.push("slept"));
    mock.timers.tick(LONGEST_MS);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    equals(ends, []);
    mock.timers.tick(1_000);
    await slept;
  } finally {
    mock.timers.reset();
  }
});

Deno.test("systemClock.sleep() ends at once when aborted, however long it was to be", async () => {
  const stop = new AbortController();
  const slept = systemClock.sleep(1e30, stop.signal);
  stop.abort();
  await slept;
  await systemClock.sleep(1e30, stop.signal);
});
