import { deepEqual, equal, ok } from "node:assert/strict";
import { planRound } from "./round_plan.ts";

Deno.test("planRound() follows from seed and round alone, and draws every kind", () => {
  const plans = (seed: number) => Array.from({ length: 100 }, (_, round) => planRound(seed, round));
  deepEqual(plans(7), plans(7));
  equal(new Set(plans(7).map(({ kind }) => kind)).size, 3);
  ok(plans(7).some(({ downMs }) => downMs > 10_000));
});
