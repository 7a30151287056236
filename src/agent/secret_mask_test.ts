import assert from "node:assert/strict";
import fc from "fast-check";
import { SecretMask } from "./secret_mask.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What is shown of pieces that come one after the other. */
function shown(secrets: string[], pieces: readonly (string | Uint8Array)[]): string {
  const mask = SecretMask.of(secrets);
  assert.ok(mask);
  const parts = pieces.map((piece) => mask.take(typeof piece === "string" ? encoder.encode(piece) : piece));
  return decoder.decode(new Uint8Array([...parts, mask.rest()].flatMap((part) => [...part])));
}

Deno.test("SecretMask.take() shows stars for a secret wherever the output is cut", () => {
  const whole = encoder.encode("a=hunter2, b=hunter2hunter2 hunter");
  for (let first = 0; first <= whole.length; first++) {
    for (let second = first; second <= whole.length; second++) {
      const pieces = [whole.subarray(0, first), whole.subarray(first, second), whole.subarray(second)];
      assert.equal(shown(["hunter2"], pieces), "a=***, b=****** hunter");
    }
  }
  assert.equal(shown(["hunter2"], [...whole].map((byte) => new Uint8Array([byte]))), "a=***, b=****** hunter");
});

Deno.test("SecretMask.take() holds back only what a secret may begin with", () => {
  const mask = SecretMask.of(["hunter2"]);
  assert.ok(mask);
  assert.equal(decoder.decode(mask.take(encoder.encode("working\n"))), "working\n");
  assert.equal(decoder.decode(mask.take(encoder.encode("hun"))), "");
  assert.equal(decoder.decode(mask.take(encoder.encode("gry\nhunt"))), "hungry\n");
  assert.equal(decoder.decode(mask.take(encoder.encode("er2"))), "");
  assert.equal(decoder.decode(mask.take(encoder.encode("!"))), "***!");
  assert.equal(mask.rest().length, 0);
});

Deno.test("SecretMask.take() shows stars for secrets that overlap, and never grows with one that repeats", () => {
  assert.equal(shown(["abcdef", "defghi"], ["-abcdefghi-"]), "-***-");
  assert.equal(shown(["abcdef", "bcde"], ["-abcdex-abcdef-"]), "-a***x-***-");
  const mask = SecretMask.of(["aaaa"]);
  assert.ok(mask);
  let size = 0;
  for (let i = 0; i < 1_000; i++) size += mask.take(encoder.encode("a".repeat(1_000))).length;
  assert.equal(size, 3);
});

Deno.test("SecretMask.take() shows stars for a secret as base64, in JSON, in an address, and for its lines", () => {
  const secret = 'p"ss w/örd';
  const base64 = encoder.encode(secret).toBase64();
  for (const form of [secret, base64, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
    assert.equal(shown([secret], [`x ${form} y`]), "x *** y");
  }
  const long = "0123456789abcdef";
  for (const around of [["", ""], ["a", "\n"], ["ab", "zz"], ["user:", ""]]) {
    const text = encoder.encode(around.join(long)).toBase64();
    const seen = shown([long], [text]);
    assert.ok(seen.includes("***") && seen.length <= text.length - encoder.encode(long).toBase64().length + 10, seen);
  }
  assert.equal(shown(["first line\nsecond line"], ["first line\r\n  second line"]), "***\r\n  ***");
});

Deno.test("SecretMask.of() has nothing to do for short values, and for none", () => {
  assert.equal(SecretMask.of(["abc", ""]), undefined);
  assert.equal(SecretMask.of([]), undefined);
  assert.equal(shown(["abc", "abcd"], ["abc abcd"]), "abc ***");
});

Deno.test("SecretMask.take() shows of any output, cut anyhow, what it shows of the whole, and no secret", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 60 });
  const secrets = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 4, maxLength: 8 }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(fc.property(text, secrets, fc.array(fc.nat(60), { maxLength: 6 }), (output, hidden, cuts) => {
    const places = [0, ...cuts, output.length].sort((a, b) => a - b);
    const pieces = places.slice(1).map((to, i) => output.slice(places[i], to));
    const seen = shown(hidden, pieces);
    assert.equal(seen, shown(hidden, [output]));
    assert.ok(hidden.every((secret) => !seen.includes(secret)), seen);
    const isHidden = [...output].map(() => false);
    for (const secret of hidden) {
      for (let at = output.indexOf(secret); at >= 0; at = output.indexOf(secret, at + 1)) {
        isHidden.fill(true, at, at + secret.length);
      }
    }
    assert.equal(seen.replaceAll("*", ""), [...output].filter((_, i) => !isHidden[i]).join(""));
  }));
});

Deno.test("SecretMask.text() shows stars in a text, whatever is under way", () => {
  const mask = SecretMask.of(["hunter2"]);
  assert.ok(mask);
  mask.take(encoder.encode("hunt"));
  assert.equal(mask.text("cannot reach http://x/hunter2"), "cannot reach http://x/***");
  assert.equal(decoder.decode(mask.take(encoder.encode("er2."))), "***.");
});
