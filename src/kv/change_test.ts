import { deepStrictEqual as equals, strictEqual } from "node:assert/strict";
import { Change } from "./change.ts";
import { PROFILES } from "./profile.ts";

const limits = PROFILES.embedded.limits;
const bytes = (size: number) => new Uint8Array(size);

Deno.test("Change counts keys once for each check and write, and only the last value of a key", () => {
  const change = new Change().check(["a"], null).set(["a"], bytes(100)).set(["a"], bytes(10)).set(["b"], bytes(5));
  equals([change.checks.size, change.writes.size, change.sizeBytes, change.keySizeBytes], [1, 2, 3 * 3 + 15, 9]);
});

Deno.test("Change.merge() takes over checks, writes and bells, the later write of a key winning", () => {
  const first = new Change().check(["f"], "1").set(["a"], bytes(1)).ring("x");
  const merged = first.merge(new Change().check(["f"], "1").delete(["a"]).ring("x").ring("y"));
  equals([merged.checks.size, [...merged.writes.values()], [...merged.bells]], [1, [{ key: ["a"], value: null }], [
    "x",
    "y",
  ]]);
  strictEqual(merged.contradictory, false);
});

Deno.test("Change.agreesWith() is false for unequal checks of one key", () => {
  const change = new Change().check(["f"], "1");
  equals(change.agreesWith(new Change().check(["f"], "1").check(["g"], null)), true);
  equals(change.agreesWith(new Change().check(["f"], "2")), false);
  strictEqual(change.merge(new Change().check(["f"], "2")).contradictory, true);
});

Deno.test("Change.fits() keeps room for a slot within every limit", () => {
  const checks = new Change();
  for (let n = 0; n < limits.checks - 1; n++) checks.check([n], null);
  equals([checks.fits(limits), checks.fits(limits, new Change().check(["x"], null))], [true, false]);
  const values = new Change();
  for (let n = 0; n < 12; n++) values.set([n], bytes(limits.valueBytes));
  equals([values.fits(limits), values.fits(limits, new Change().set(["x"], bytes(limits.valueBytes)))], [true, false]);
  equals(new Change().set(["x"], bytes(limits.valueBytes + 1)).fits(limits), false);
  equals(new Change().delete(["x".repeat(limits.keyBytes)]).fits(limits), false);
});
