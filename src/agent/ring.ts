import type { TailFile, TailRoom } from "./tail_room.ts";

/**
 * The last `capacity` bytes of a stream, addressed by their place in it. It takes memory as it fills, from `room` when it
 * is given one, and moves to a file when the room has no more.
 */
export class Ring implements Disposable {
  readonly #capacity: number;
  readonly #room: TailRoom | undefined;
  #memory = new Uint8Array(0);
  #file: TailFile | undefined;
  #end = 0;
  /** Below it the disk refused to keep what was there. */
  #floor = 0;

  constructor(capacity: number, room?: TailRoom) {
    this.#capacity = capacity;
    this.#room = room;
  }

  /** Place of the first byte that is still there. */
  get start(): number {
    return Math.max(this.#floor, this.#end - this.#capacity);
  }

  /** Place behind the last byte. */
  get end(): number {
    return this.#end;
  }

  /** Adds a copy of `data`. */
  append(data: Uint8Array): void {
    const skipped = Math.max(0, data.length - this.#capacity);
    const kept = data.subarray(skipped);
    const from = this.#end + skipped;
    this.#end += data.length;
    if (kept.length === 0) return;
    this.#reserve(Math.min(this.#end, this.#capacity));
    const at = from % this.#capacity;
    const first = kept.subarray(0, this.#capacity - at);
    const whole = this.#put(at, first) && this.#put(0, kept.subarray(first.length));
    if (!whole) this.#floor = this.#end;
  }

  /** A copy of `length` bytes from place `from` on; both must lie between start and end. */
  read(from: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    const at = from % this.#capacity;
    const first = bytes.subarray(0, this.#capacity - at);
    this.#get(at, first);
    this.#get(0, bytes.subarray(first.length));
    return bytes;
  }

  /** Gives memory and file back; nothing can be read any more. */
  [Symbol.dispose](): void {
    this.#room?.give(this.#memory.length);
    this.#memory = new Uint8Array(0);
    this.#file?.[Symbol.dispose]();
    this.#file = undefined;
    this.#floor = this.#end;
  }

  /** It grows only while it has not yet come round, so what is there lies in order from 0. */
  #reserve(bytes: number): void {
    if (this.#file || bytes <= this.#memory.length) return;
    const size = Math.min(this.#capacity, Math.max(bytes, 2 * this.#memory.length));
    if (this.#room && !this.#room.take(size - this.#memory.length)) {
      this.#file = this.#moveToFile(this.#room);
      if (this.#file) return;
      this.#room.give(this.#memory.length - size);
    }
    const grown = new Uint8Array(size);
    grown.set(this.#memory);
    this.#memory = grown;
  }

  #moveToFile(room: TailRoom): TailFile | undefined {
    const file = room.openFile();
    if (!file) return undefined;
    if (!file.write(0, this.#memory)) this.#floor = this.#memory.length;
    room.give(this.#memory.length);
    this.#memory = new Uint8Array(0);
    return file;
  }

  #put(at: number, data: Uint8Array): boolean {
    if (data.length === 0) return true;
    if (this.#file) return this.#file.write(at, data);
    this.#memory.set(data, at);
    return true;
  }

  #get(at: number, into: Uint8Array): void {
    if (into.length === 0) return;
    if (this.#file) this.#file.read(at, into);
    else into.set(this.#memory.subarray(at, at + into.length));
  }
}
