import type { KvKey, KvKeyPart } from "./port.ts";

const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The key whose encoding (`encodeKey`) these bytes are. Throws a TypeError for bytes that are no key.
 *
 * @example
 * ```ts
 * import { decodeKey } from "./key_decode.ts";
 * decodeKey(new Uint8Array([0x02, 0x61, 0x00, 0x27])); // ["a", true]
 * ```
 */
export function decodeKey(bytes: Uint8Array): KvKey {
  const key: KvKeyPart[] = [];
  for (let at = 0; at < bytes.length;) {
    const [part, next] = decodePart(bytes, at);
    key.push(part);
    at = next;
  }
  return key;
}

/** The part that begins at `at`, and where the next one begins. */
function decodePart(bytes: Uint8Array, at: number): [KvKeyPart, number] {
  const mark = bytes[at] ?? 0;
  if (mark === 0x01 || mark === 0x02) {
    const [content, next] = unescape(bytes, at + 1);
    return [mark === 0x01 ? content : text.decode(content), next];
  }
  if (mark === 0x21) return [decodeNumber(take(bytes, at + 1, 8)), at + 9];
  if (mark === 0x26 || mark === 0x27) return [mark === 0x27, at + 1];
  if (mark >= 0x0c && mark <= 0x1c) {
    const size = Math.abs(mark - 0x14);
    return [decodeBigint(take(bytes, at + 1, size), mark < 0x14), at + 1 + size];
  }
  if (mark === 0x0b || mark === 0x1d) {
    const size = (bytes[at + 1] ?? 0) ^ (mark === 0x0b ? 255 : 0);
    return [decodeBigint(take(bytes, at + 2, size), mark === 0x0b), at + 2 + size];
  }
  throw new TypeError(`Cannot read a key: no part begins with ${mark}`);
}

/** The bytes up to the end mark (a zero without 0xff behind it), and where the next part begins. */
function unescape(bytes: Uint8Array, start: number): [Uint8Array, number] {
  let end = bytes.indexOf(0, start);
  if (end >= 0 && bytes[end + 1] !== 0xff) return [bytes.slice(start, end), end + 1];
  const content: number[] = [];
  for (let at = start; at < bytes.length; at = end + 2) {
    end = bytes.indexOf(0, at);
    if (end < 0) break;
    content.push(...bytes.subarray(at, end));
    if (bytes[end + 1] !== 0xff) return [Uint8Array.from(content), end + 1];
    content.push(0);
  }
  throw new TypeError("Cannot read a key: a part has no end");
}

function take(bytes: Uint8Array, at: number, size: number): Uint8Array {
  if (at + size > bytes.length) throw new TypeError("Cannot read a key: a part is cut off");
  return bytes.slice(at, at + size);
}

function decodeNumber(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer);
  const positive = (bytes[0] ?? 0) >= 0x80;
  const [high, low] = [view.getUint32(0), view.getUint32(4)];
  view.setUint32(0, positive ? high ^ 0x80000000 : ~high);
  view.setUint32(4, positive ? low : ~low);
  return view.getFloat64(0);
}

function decodeBigint(bytes: Uint8Array, negative: boolean): bigint {
  let value = 0n;
  for (const byte of bytes) value = value << 8n | BigInt(negative ? byte ^ 255 : byte);
  return negative ? -value : value;
}
