import type { KvKey, KvKeyPart } from "./port.ts";

/** Type marks of Deno KV's key encoding; they order the types. */
const BYTES = "\x01";
const STRING = "\x02";
const BIG_NEGATIVE = "\x0b";
const INTEGER_ZERO = 0x14;
const BIG_POSITIVE = "\x1d";
const NUMBER = "\x21";
const FALSE = "\x26";
const TRUE = "\x27";

// deno-lint-ignore no-control-regex -- a zero byte is escaped, every other ASCII character is its own byte
const PLAIN_ASCII = /^[\x01-\x7f]*$/;
const utf8 = new TextEncoder();
const float = new DataView(new ArrayBuffer(8));

/**
 * A key as Deno KV encodes it, one character a byte: comparing two of these compares the keys as the store orders them,
 * and their length is the size in bytes that the store counts.
 *
 * @example
 * ```ts
 * import { encodeKey } from "./key_order.ts";
 * encodeKey(["due", 2]) < encodeKey(["due", 10]); // true
 * ```
 */
export function encodeKey(key: KvKey): string {
  let text = "";
  for (const part of key) text += encodePart(part);
  return text;
}

/** The bytes of an encoded key. */
export function keyToBytes(encoded: string): Uint8Array {
  const bytes = new Uint8Array(encoded.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = encoded.charCodeAt(i);
  return bytes;
}

function encodePart(part: KvKeyPart): string {
  switch (typeof part) {
    case "string":
      return STRING + (PLAIN_ASCII.test(part) ? part : escapeZeros(utf8.encode(part))) + "\0";
    case "number":
      return encodeNumber(part);
    case "bigint":
      return encodeBigint(part);
    case "boolean":
      return part ? TRUE : FALSE;
    default:
      return BYTES + escapeZeros(part) + "\0";
  }
}

/** Bytes as characters; a zero is followed by 0xff, so that the end mark (a lone zero) sorts first. */
function escapeZeros(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte === 0 ? "\0\xff" : String.fromCharCode(byte);
  return text;
}

/** IEEE 754 with the sign bit flipped (all bits of negative numbers), so that bytes order as numbers do. */
function encodeNumber(value: number): string {
  float.setFloat64(0, value);
  let high = float.getUint32(0), low = float.getUint32(4);
  if (high >>> 31) {
    high = ~high;
    low = ~low;
  } else {
    high ^= 0x80000000;
  }
  return NUMBER + fourBytes(high) + fourBytes(low);
}

function fourBytes(word: number): string {
  return String.fromCharCode(word >>> 24, word >>> 16 & 255, word >>> 8 & 255, word & 255);
}

/** The length orders first (in the mark up to 8 bytes, in a byte of its own beyond), negative values as complements. */
function encodeBigint(value: bigint): string {
  const negative = value < 0n;
  const hex = (negative ? -value : value).toString(16);
  const bytes = value === 0n ? [] : (hex.length % 2 ? "0" + hex : hex).match(/../g) ?? [];
  const digits = bytes.map((pair) => String.fromCharCode(parseInt(pair, 16) ^ (negative ? 255 : 0))).join("");
  const size = digits.length;
  if (size <= 8) return String.fromCharCode(INTEGER_ZERO + (negative ? -size : size)) + digits;
  return (negative ? BIG_NEGATIVE + String.fromCharCode(size ^ 255) : BIG_POSITIVE + String.fromCharCode(size)) +
    digits;
}
