import { deepStrictEqual as equals, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { encodeKey, keyToBytes } from "./key_order.ts";

Deno.test("encodeKey() sorts numbers, bigints and text as values", () => {
  fc.assert(fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => {
    if (!Object.is(a, b) && a !== b) strictEqual(encodeKey([a]) < encodeKey([b]), a < b);
  }));
  fc.assert(fc.property(fc.bigInt(), fc.bigInt(), (a, b) => {
    strictEqual(encodeKey([a]) < encodeKey([b]), a < b);
  }));
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
    strictEqual(encodeKey([a]) < encodeKey([b]), compareUtf8(a, b) < 0);
  }));
});

Deno.test("keyToBytes() gives the bytes that the store holds", () => {
  equals(keyToBytes(encodeKey(["é\0", true])), new Uint8Array([2, 0xc3, 0xa9, 0, 255, 0, 0x27]));
  equals(keyToBytes(encodeKey([new Uint8Array([0, 7])])), new Uint8Array([1, 0, 255, 7, 0]));
});

function compareUtf8(a: string, b: string): number {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference) return difference;
  }
  return left.length - right.length;
}
