import { equal } from "node:assert/strict";
import { isInScope } from "./scope.ts";

const isNamed = (pattern: string, name: string) =>
  isInScope({ jobs: [pattern], metadata: {} }, { name, metadata: null });

Deno.test("isInScope() takes * for any characters, and nothing else for more than itself", () => {
  const cases: [pattern: string, name: string, fits: boolean][] = [
    ["a", "a", true],
    ["a", "ab", false],
    ["a", "A", false],
    ["*", "", true],
    ["*", "anything/at all", true],
    ["shop-*", "shop-", true],
    ["shop-*", "shop", false],
    ["*-nightly", "a-nightly", true],
    ["*-nightly", "a-nightly-b", false],
    ["a*b*c", "axxbyyc", true],
    ["a*b*c", "acb", false],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["*ab*ab*", "abab", true],
    ["*ab*ab*", "ab", false],
    ["a.c", "abc", false],
    ["a?", "ab", false],
    ["[a]", "a", false],
  ];
  for (const [pattern, name, fits] of cases) equal(isNamed(pattern, name), fits, `${pattern} of ${name}`);
});

Deno.test("isInScope() is quick with patterns and names made to be slow", () => {
  const beganAt = performance.now();
  equal(isNamed("*a".repeat(40) + "*b", "a".repeat(10_000)), false);
  equal(performance.now() - beganAt < 200, true);
});

Deno.test("isInScope() wants one of the patterns, where there are any, and all of the metadata", () => {
  const job = { name: "a1", metadata: { team: "x", env: "prod" } };
  const fits = (jobs: string[], metadata: Record<string, string>) => isInScope({ jobs, metadata }, job);
  equal(isInScope(null, job), true);
  equal(fits([], {}), true);
  equal(fits(["b*", "a*"], {}), true);
  equal(fits(["b*"], {}), false);
  equal(fits([], { team: "x" }), true);
  equal(fits(["a*"], { team: "x", env: "dev" }), false);
  equal(fits([], { toString: "x" }), false);
  equal(isInScope({ jobs: [], metadata: { team: "x" } }, { name: "a", metadata: null }), false);
});
