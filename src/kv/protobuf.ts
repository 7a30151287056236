/** How a field's value is laid out. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

const utf8 = new TextEncoder();
const text = new TextDecoder();

/**
 * Writes a Protocol Buffers message: as much of the encoding as the stores' protocols need. Fields with their default
 * (0, false, no bytes) are left out, as the encoding says, unless they are written by `always…`.
 *
 * @example
 * ```ts
 * import { ProtoReader, ProtoWriter } from "./protobuf.ts";
 * const message = new ProtoWriter().int(1, 300).string(2, "a").finish();
 * for (const field of new ProtoReader(message)) field.no === 1 && field.int(); // 300
 * ```
 */
export class ProtoWriter {
  readonly #parts: (number[] | Uint8Array)[] = [];
  #head: number[] = [];
  #size = 0;

  /** A whole number from 0 to 2^53 - 1. */
  int(no: number, value: number): this {
    return value === 0 ? this : this.alwaysInt(no, value);
  }

  /** A whole number that is written even when it is 0, for members of a `oneof`. */
  alwaysInt(no: number, value: number): this {
    this.#varint(no * 8 + VARINT);
    this.#varint(value);
    return this;
  }

  bool(no: number, value: boolean): this {
    return this.int(no, value ? 1 : 0);
  }

  bytes(no: number, value: Uint8Array): this {
    return value.length === 0 ? this : this.message(no, value);
  }

  string(no: number, value: string): this {
    return this.bytes(no, utf8.encode(value));
  }

  /** Another message, written even when it is empty. */
  message(no: number, value: Uint8Array): this {
    this.#varint(no * 8 + LENGTH_DELIMITED);
    this.#varint(value.length);
    this.#flush();
    this.#parts.push(value);
    this.#size += value.length;
    return this;
  }

  /** The message's bytes. */
  finish(): Uint8Array<ArrayBuffer> {
    this.#flush();
    const message = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      message.set(part, at);
      at += part.length;
    }
    return message;
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#head.push(rest % 128 | 128);
    this.#head.push(rest);
  }

  #flush(): void {
    if (this.#head.length === 0) return;
    this.#parts.push(this.#head);
    this.#size += this.#head.length;
    this.#head = [];
  }
}

/** One field of a message that is read; of a value that is not what it is asked as, it throws a TypeError. */
export class ProtoField {
  readonly no: number;
  readonly #value: number | Uint8Array;

  constructor(no: number, value: number | Uint8Array) {
    this.no = no;
    this.#value = value;
  }

  /** A whole number; throws when it is beyond 2^53. */
  int(): number {
    if (typeof this.#value !== "number") throw new TypeError(`Cannot read field ${this.no}: it is no number`);
    if (!Number.isSafeInteger(this.#value)) throw new TypeError(`Cannot read field ${this.no}: it is too large`);
    return this.#value;
  }

  bool(): boolean {
    return this.#value !== 0;
  }

  /** Bytes, or another message; a view of the message. */
  bytes(): Uint8Array {
    if (typeof this.#value === "number") throw new TypeError(`Cannot read field ${this.no}: it is a number`);
    return this.#value;
  }

  string(): string {
    return text.decode(this.bytes());
  }
}

/** Reads the fields of a Protocol Buffers message in their order. Throws a TypeError when the message is cut off. */
export class ProtoReader implements Iterable<ProtoField> {
  readonly #message: Uint8Array;
  #at = 0;

  constructor(message: Uint8Array) {
    this.#message = message;
  }

  *[Symbol.iterator](): Generator<ProtoField, void, void> {
    while (this.#at < this.#message.length) {
      const tag = this.#varint();
      const no = Math.floor(tag / 8);
      yield new ProtoField(no, this.#value(tag % 8));
    }
  }

  #value(layout: number): number | Uint8Array {
    switch (layout) {
      case VARINT:
        return this.#varint();
      case LENGTH_DELIMITED:
        return this.#take(this.#varint());
      case FIXED64:
        return this.#take(8);
      case FIXED32:
        return this.#take(4);
      default:
        throw new TypeError(`Cannot read a message: a field is laid out as ${layout}`);
    }
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 70; factor *= 128) {
      const [byte = 0] = this.#take(1);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new TypeError("Cannot read a message: a number has no end");
  }

  #take(size: number): Uint8Array {
    const end = this.#at + size;
    if (end > this.#message.length) throw new TypeError("Cannot read a message: it is cut off");
    const bytes = this.#message.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }
}
