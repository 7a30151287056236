import { deepStrictEqual as equals } from "node:assert/strict";
import { systemClock } from "./clock.ts";

/** Runs `work` with timers that are due at once; answers the delays that were asked for. */
async function delaysOf(work: () => Promise<void>): Promise<number[]> {
  const delays: number[] = [];
  const platform = globalThis.setTimeout;
  Object.assign(globalThis, {
    setTimeout: (done: () => void, ms: number) => {
      delays.push(ms);
      queueMicrotask(done);
    },
  });
  try {
    await work();
  } finally {
    Object.assign(globalThis, { setTimeout: platform });
  }
  return delays;
}

Deno.test("systemClock.sleep() sleeps longer than one platform timer can", async () => {
  const monthMs = 30 * 86_400_000;
  equals(await delaysOf(() => systemClock.sleep(monthMs)), [2_147_483_647, monthMs - 2_147_483_647]);
});

Deno.test("systemClock.sleep() ends at once when aborted, however long it was to be", async () => {
  const stop = new AbortController();
  const slept = systemClock.sleep(1e30, stop.signal);
  stop.abort();
  await slept;
  await systemClock.sleep(1e30, stop.signal);
});
