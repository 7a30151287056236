import { doesNotThrow, throws } from "node:assert/strict";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { CarillonError } from "../runtime/mod.ts";
import { CallerLimits } from "./caller_limits.ts";

const tooMany = (thrown: unknown) => thrown instanceof CarillonError && thrown.code === "too_many";

Deno.test("CallerLimits admits twice the rate at once, then the rate, and each caller for itself", async () => {
  const clock = new FakeClock(0);
  const limits = new CallerLimits({ requestsPerSecond: 10, streams: 0 }, clock);
  for (let n = 0; n < 20; n++) limits.admit("a");
  throws(() => limits.admit("a"), tooMany);
  doesNotThrow(() => limits.admit("b"));
  await clock.advance(500);
  for (let n = 0; n < 5; n++) limits.admit("a");
  throws(() => limits.admit("a"), tooMany);
  await clock.advance(60_000);
  for (let n = 0; n < 20; n++) limits.admit("a");
  throws(() => limits.admit("a"), tooMany);
});

Deno.test("CallerLimits counts live answers until they end, once each", () => {
  const limits = new CallerLimits({ requestsPerSecond: 0, streams: 2 }, new FakeClock(0));
  const first = limits.openStream("a");
  limits.openStream("a");
  throws(() => limits.openStream("a"), tooMany);
  doesNotThrow(() => limits.openStream("b"));
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  limits.openStream("a");
  throws(() => limits.openStream("a"), tooMany);
});

Deno.test("CallerLimits of 0 are none", () => {
  const limits = new CallerLimits({ requestsPerSecond: 0, streams: 0 }, new FakeClock(0));
  for (let n = 0; n < 10_000; n++) {
    limits.admit("a");
    limits.openStream("a");
  }
});
