import { deepStrictEqual as equals, throws } from "node:assert/strict";
import fc from "fast-check";
import { decodeKey } from "./key_decode.ts";
import { encodeKey, keyToBytes } from "./key_order.ts";

Deno.test("decodeKey() gives back every key that encodeKey() was given", () => {
  const part = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.double({ noNaN: true }),
    fc.bigInt(),
    fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
    fc.boolean(),
    fc.uint8Array(),
    fc.constantFrom("", "\0", "a\0\0b", "\ufeffa", new Uint8Array([0, 255, 0, 0])),
  );
  fc.assert(fc.property(fc.array(part, { maxLength: 6 }), (key) => {
    equals(decodeKey(keyToBytes(encodeKey(key))), key);
  }));
});

Deno.test("decodeKey() refuses what is no key", () => {
  for (const bytes of [[0], [0x30], [0x02, 0x61], [0x01, 0, 255], [0x21, 1, 2], [0x16, 1], [0x0b]]) {
    throws(() => decodeKey(Uint8Array.from(bytes)), TypeError);
  }
});
