import { equal, ok } from "node:assert/strict";
import { jitterOffset } from "./mod.ts";

Deno.test("jitterOffset() is fixed by job and time, and spreads over the whole bound", () => {
  const offsets = Array.from({ length: 1_000 }, (_, i) => jitterOffset("job", i * 60_000, 10_000, (i + 1) * 60_000));
  equal(jitterOffset("job", 60_000, 10_000, 120_000), offsets[1]);
  ok(offsets.every((offset) => Number.isInteger(offset) && offset >= 0 && offset < 10_000));
  for (let tenth = 0; tenth < 10; tenth++) {
    const share = offsets.filter((offset) => Math.floor(offset / 1000) === tenth).length;
    ok(share > 60 && share < 140, `${share} of 1000 in tenth ${tenth}`);
  }
  ok(new Set(Array.from({ length: 100 }, (_, i) => jitterOffset(`job${i}`, 0, 1e9, undefined))).size > 95);
});

Deno.test("jitterOffset() stays within half the gap to the next time", () => {
  for (let i = 0; i < 100; i++) ok(jitterOffset("job", i, 60_000, i + 1000) < 500);
  equal(jitterOffset("job", 0, 60_000, 1), 0);
  equal(jitterOffset("job", 0, 0, undefined), 0);
});
