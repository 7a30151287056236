import type { Random } from "./random.ts";

/** Crockford's base 32 digits, as ULIDs use them: they sort as the numbers do. */
const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

/** Epoch milliseconds as ten base-32 digits, so that ids sort by time until the year 10889. */
export function encodeTime(ms: number): string {
  let text = "";
  for (let rest = Math.max(0, Math.floor(ms)), i = 0; i < 10; i++, rest = Math.floor(rest / 32)) {
    text = DIGITS[rest % 32] + text;
  }
  return text;
}

/** `n` random base-32 digits (5 bits each). */
export function randomDigits(random: Random, n: number): string {
  return Array.from(random.bytes(n), (byte) => DIGITS[byte % 32]).join("");
}

/** 64 bits of a text as two unsigned 32-bit halves (two rounds of FNV-1a with a final mix); stable for ever, not secret. */
export function hash64(text: string): [number, number] {
  let high = 0x811c9dc5, low = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995);
    low ^= low >>> 15;
  }
  return [mix(high ^ (low >>> 7)), mix(low ^ high)];
}

function mix(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** The hash of a text as `n` (at most 12) base-32 digits. */
export function hashDigits(text: string, n: number): string {
  let [high, low] = hash64(text);
  let digits = "";
  for (let i = 0; i < n; i++) {
    const half = i % 2 === 0;
    const source = half ? high : low;
    digits += DIGITS[source % 32];
    if (half) high = Math.floor(source / 32);
    else low = Math.floor(source / 32);
  }
  return digits;
}
