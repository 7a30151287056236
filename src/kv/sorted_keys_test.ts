import { deepStrictEqual as equals } from "node:assert/strict";
import fc from "fast-check";
import { SortedKeys } from "./sorted_keys.ts";

Deno.test("SortedKeys holds the same keys in the same order as a sorted array", () => {
  const number = fc.integer({ min: 0, max: 9999 });
  const property = fc.property(fc.array(number, { minLength: 1500, maxLength: 3000 }), number, number, (ns, a, b) => {
    const keys = new SortedKeys();
    const model = new Set<string>();
    for (const n of ns) {
      const key = String(n).padStart(4, "0");
      if (model.has(key)) keys.delete(key);
      else keys.add(key);
      if (!model.delete(key)) model.add(key);
    }
    const [start, end] = [String(a).padStart(4, "0"), String(b).padStart(4, "0")];
    const expected = [...model].sort().filter((key) => key >= start && key < end);
    equals([...keys.ascending(start, end, 700)], expected.slice(0, 700));
    equals([...keys.descending(start, end, 700)], expected.toReversed().slice(0, 700));
  });
  fc.assert(property, { numRuns: 30 });
});
