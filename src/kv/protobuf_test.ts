import { deepStrictEqual as equals, throws } from "node:assert/strict";
import fc from "fast-check";
import { ProtoReader, ProtoWriter } from "./protobuf.ts";

Deno.test("ProtoReader reads what ProtoWriter wrote", () => {
  const number = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(number, fc.boolean(), fc.uint8Array({ maxLength: 300 }), fc.string(), (n, flag, bytes, text) => {
      const message = new ProtoWriter().int(1, n).bool(2, flag).bytes(300, bytes).string(4, text).alwaysInt(5, 0)
        .finish();
      const found = new Map([...new ProtoReader(message)].map((field) => [field.no, field]));
      equals([found.get(1)?.int() ?? 0, found.get(2)?.bool() ?? false, found.get(4)?.string() ?? ""], [n, flag, text]);
      equals([found.get(300)?.bytes() ?? new Uint8Array(), found.get(5)?.int()], [bytes, 0]);
    }),
  );
});

Deno.test("ProtoReader refuses a message that is cut off, and numbers beyond 2^53", () => {
  const whole = new ProtoWriter().message(1, new Uint8Array(5)).finish();
  throws(() => [...new ProtoReader(whole.subarray(0, 4))], TypeError);
  throws(() => [...new ProtoReader(new Uint8Array(12).fill(255))], TypeError);
  const large = new Uint8Array([8, 255, 255, 255, 255, 255, 255, 255, 255, 127]);
  for (const field of new ProtoReader(large)) throws(() => field.int(), TypeError);
});
