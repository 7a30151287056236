import type { OutputChunk, Result } from "../model/mod.ts";
import { Ring } from "./ring.ts";
import type { TailRoom } from "./tail_room.ts";

/** Bytes in one chunk at most. */
const CHUNK_BYTES = 48 * 1024;
/** A whole output up to this size travels in the result. */
const INLINE_BYTES = 4 * 1024;
/** Pause between chunks of an execution that nobody follows. */
const UNFOLLOWED_PAUSE_MS = 1_000;

/** Chunks that go out after the end of an execution, one after the other. */
export interface ChunkSource extends Disposable {
  /** The next chunk; undefined when there are no more. */
  next(): OutputChunk | undefined;
  /** What `next` would still give, without taking it. */
  remaining(): Iterable<OutputChunk>;
}

/** How much output is kept. */
export interface OutputCap {
  outputCapBytes: number;
  outputHeadBytes: number;
}

/** The number of the next chunk, and where the kept ones end. */
interface Place {
  n: number;
  keptTo: number;
}

/**
 * The output of one execution, and what of it goes to the server when:
 *
 * - The *head* (the first 64 KiB) is kept. It goes out as it comes: each second, or with each tick while followed. So
 *   at most 64 KiB a second go out while nobody follows.
 * - What comes after the head goes round in a ring, the *tail*. Nothing of it goes out while nobody follows.
 * - While followed, each tick sends the newest of it, 48 KiB at most, as a *live* chunk, which the server need not keep;
 *   `skippedBytes` counts what was left out since the chunk before, and `fromByte` says where it begins.
 * - After the end, the tail goes out to be kept, its first chunk with `skippedBytes` for what fell between it and the
 *   head. So the kept chunks never exceed the cap, and their bytes and skips add up to the size of the output.
 * - A whole output of at most 4 KiB of which nothing was sent goes in the result instead.
 *
 * Chunks are numbered in one sequence in the order in which they are taken. After the end, slicing depends on the place
 * alone, so `remaining` says exactly what `next` will give.
 */
export class Output implements ChunkSource {
  readonly #execution: string;
  readonly #headBytes: number;
  readonly #tailBytes: number;
  readonly #room: TailRoom;
  #head: Ring;
  #tail: Ring | undefined;
  #place: Place = { n: 0, keptTo: 0 };
  /** Where the last chunk of either kind ended. */
  #shownTo = 0;
  #sentAt: number;
  #closed = false;

  constructor(execution: string, cap: OutputCap, room: TailRoom, nowMs: number) {
    this.#execution = execution;
    this.#headBytes = Math.min(cap.outputHeadBytes, cap.outputCapBytes);
    this.#tailBytes = cap.outputCapBytes - this.#headBytes;
    this.#room = room;
    this.#head = new Ring(this.#headBytes);
    this.#sentAt = nowMs;
  }

  /** Bytes written so far. */
  get sizeBytes(): number {
    return this.#head.end + (this.#tail?.end ?? 0);
  }

  /** Takes a copy of what the execution wrote; after `close` it is dropped. */
  write(data: Uint8Array): void {
    if (this.#closed || data.length === 0) return;
    const first = data.subarray(0, this.#headBytes - this.#head.end);
    if (first.length > 0) this.#head.append(first);
    if (first.length === data.length) return;
    this.#tail ??= new Ring(this.#tailBytes, this.#room);
    this.#tail.append(data.subarray(first.length));
  }

  /** Whether there is something to send at this time (monotonic milliseconds) while it runs. */
  isDue(nowMs: number, followed: boolean): boolean {
    if (followed) return this.#shownTo < this.sizeBytes;
    return this.#place.keptTo < this.#head.end && nowMs - this.#sentAt >= UNFOLLOWED_PAUSE_MS;
  }

  /** The chunks to send now, while it runs. */
  takeDue(nowMs: number, followed: boolean): OutputChunk[] {
    const chunks: OutputChunk[] = [];
    while (this.#place.keptTo < this.#head.end) {
      const chunk = this.next();
      if (chunk) chunks.push(chunk);
    }
    if (followed && this.#tail) chunks.push(...this.#takeLive(this.#tail));
    if (chunks.length > 0) this.#sentAt = nowMs;
    return chunks;
  }

  /** Ends the output; answers what the result says of it. */
  close(): Result["output"] {
    this.#closed = true;
    const sizeBytes = this.sizeBytes;
    const truncated = this.#tail !== undefined && this.#tail.start > 0;
    const short = sizeBytes <= Math.min(INLINE_BYTES, this.#headBytes);
    if (this.#place.n > 0 || !short) return { sizeBytes, truncated, inline: null };
    this.#place = { n: 0, keptTo: sizeBytes };
    return { sizeBytes, truncated, inline: this.#head.read(0, sizeBytes).toBase64() };
  }

  next(): OutputChunk | undefined {
    const step = this.#keptAfter(this.#place);
    if (!step) return undefined;
    this.#place = step.place;
    this.#shownTo = Math.max(this.#shownTo, step.place.keptTo);
    return step.chunk;
  }

  *remaining(): Iterable<OutputChunk> {
    for (let step = this.#keptAfter(this.#place); step; step = this.#keptAfter(step.place)) yield step.chunk;
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#head[Symbol.dispose]();
    this.#tail?.[Symbol.dispose]();
  }

  /** The kept chunk that follows `place`: of the head, and once it is closed of the tail. */
  #keptAfter({ n, keptTo }: Place): { chunk: OutputChunk; place: Place } | undefined {
    const inHead = keptTo < this.#head.end;
    const ring = inHead ? this.#head : this.#tail;
    if (!ring || (!inHead && !this.#closed)) return undefined;
    const base = inHead ? 0 : this.#headBytes;
    const from = Math.max(keptTo, base + ring.start);
    const length = Math.min(base + ring.end - from, CHUNK_BYTES);
    const skippedBytes = from - keptTo;
    if (length === 0 && skippedBytes === 0) return undefined;
    const chunk = this.#chunk(n, ring.read(from - base, length), skippedBytes, false);
    return { chunk, place: { n: n + 1, keptTo: from + length } };
  }

  #takeLive(tail: Ring): OutputChunk[] {
    const size = this.sizeBytes;
    const from = Math.max(this.#shownTo, this.#headBytes + tail.start, size - CHUNK_BYTES);
    if (from >= size) return [];
    const data = tail.read(from - this.#headBytes, size - from);
    const chunk = { ...this.#chunk(this.#place.n, data, from - this.#shownTo, true), fromByte: from };
    this.#place = { ...this.#place, n: this.#place.n + 1 };
    this.#shownTo = size;
    return [chunk];
  }

  #chunk(n: number, data: Uint8Array, skippedBytes: number, live: boolean): OutputChunk {
    return { execution: this.#execution, n, data: data.toBase64(), skippedBytes, live };
  }
}
