import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { documentation } from "./documentation.ts";

Deno.test("documentation catches each export without its sentence", () => {
  const found = findIn(documentation, {
    "src/job/a.ts": [
      "export function a() {}",
      "export class B {}",
      "export interface C {}",
      "export type D = string;",
      "export const e = 1;",
      "// a plain comment",
      "export default function () {}",
      "/** Of something else. */",
      "const f = 1;",
      "export const { g, h: i } = f;",
    ].join("\n"),
  });
  assert.deepEqual(found, [1, 2, 3, 4, 5, 7, 10].map((line) => `src/job/a.ts:${line}`));
});

Deno.test("documentation passes documented exports, re-exports, overloads, inferred types and tests", () => {
  const found = findIn(documentation, {
    "src/job/a.ts": [
      "/** A. */",
      "export function a(x: string): void;",
      "export function a(x: number): void;",
      "export function a() {}",
      "/** B. */",
      "// deno-lint-ignore no-explicit-any",
      "export const b = z.object({});",
      "export type B = z.infer<typeof b>;",
      "/** C. */",
      "export const C = [1, 2] as const;",
      "export type C1 = typeof C[number];",
      'export * from "./b.ts";',
      'export { d } from "./d.ts";',
    ].join("\n"),
    "src/job/a_test.ts": "export const a = 1;",
  });
  assert.deepEqual(found, []);
});
