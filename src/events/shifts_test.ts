import { deepEqual, equal } from "node:assert/strict";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { Shifts } from "./shifts.ts";

Deno.test("Shifts.join() spreads followers over moments 250 ms apart, and tells those of one moment the same", async () => {
  const clock = new FakeClock();
  let next = 0;
  const shifts = new Shifts(clock, () => next++);
  const told: [follower: number, ms: number, upTo: number][] = [];
  const followers = Array.from({ length: 20 }, () => shifts.join());
  for (const [i, shift] of followers.entries()) {
    void (async () => {
      for (let n = 0; n < 4; n++) {
        const upTo = await shift.next();
        told.push([i, clock.monotonic(), upTo]);
      }
    })();
  }
  await clock.advance(1_000);
  equal(told.length, 80);
  for (const [i] of followers.entries()) {
    const own = told.filter(([follower]) => follower === i);
    const twin = told.filter(([follower]) => follower === (i + 10) % 20);
    deepEqual(own.map(([, ms, upTo]) => [ms, upTo]), twin.map(([, ms, upTo]) => [ms, upTo]));
    deepEqual(own.map(([, ms]) => ms - (own[0]?.[1] ?? 0)), [0, 250, 500, 750]);
  }
  equal(new Set(told.map(([, ms]) => ms)).size, 40);
});

Deno.test("Shifts.join() comes to no moment twice, though timers end early", async () => {
  const clock = new FakeClock();
  const moments: number[] = [];
  const early = { ...clockOf(clock), sleep: (ms: number) => clock.sleep(ms - 0.4) };
  const shift = new Shifts(early, () => 0).join();
  void (async () => {
    for (let n = 0; n < 4; n++) {
      await shift.next();
      moments.push(Math.round(clock.monotonic()));
    }
  })();
  await clock.advance(1_000);
  deepEqual(moments, [250, 500, 750, 1_000]);
});

function clockOf(clock: FakeClock) {
  return { now: () => clock.now(), monotonic: () => clock.monotonic() };
}
