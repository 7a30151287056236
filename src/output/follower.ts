import { decodeBase64 } from "./base64.ts";
import { type Execution, isEnded, type OutputChunk } from "../model/mod.ts";
import { Doorbell } from "../runtime/mod.ts";
import type { StoredChunk } from "./chunk.ts";

/** A piece of output for a reader; an end follows the last piece of an ended execution. */
export type OutputEvent =
  | { kind: "chunk"; n: number; data: Uint8Array; skippedBytes: number }
  | { kind: "end"; n: number; execution: Execution };

/** Pieces that a slow reader may be behind, in bytes; beyond that it reads them from the store when it gets there. */
const BEHIND_BYTES = 4 * 1024 * 1024;

/**
 * One reader of an execution's output. Kept and live pieces overlap (what was shown live and is to be kept comes again
 * after the end), so it counts in bytes of the whole output and shows each byte once.
 */
export class Follower {
  readonly bell = new Doorbell();
  /** Whether the end was shown. */
  ended = false;
  readonly #from: number;
  #events: OutputEvent[] = [];
  #pendingBytes = 0;
  /** Up to where the reader has been shown the output, in bytes. */
  #shown = 0;
  /** End of the last kept piece, and of the last piece of any kind, in bytes of the whole output. */
  #keptEnd = 0;
  #anyEnd = 0;
  #keptN = -1;
  #lastN: number;

  constructor(from: number) {
    this.#from = from;
    this.#lastN = from - 1;
  }

  /** A piece that has just come. */
  offer(chunk: OutputChunk): void {
    if (this.#pendingBytes > BEHIND_BYTES) return;
    const data = decodeBase64(chunk.data);
    if (!chunk.live) this.#keep({ n: chunk.n, skippedBytes: chunk.skippedBytes, data });
    else {
      const start = this.#anyEnd + chunk.skippedBytes;
      this.#anyEnd = start + data.length;
      this.#show(chunk.n, start, data);
    }
    this.bell.wake();
  }

  /** What the store has: all kept pieces from the first on, and the end when there is one. */
  catchUp(execution: Execution, kept: readonly StoredChunk[]): void {
    for (const chunk of kept) this.#keep(chunk);
    if (!isEnded(execution)) return;
    const { inline } = execution.output;
    if (inline !== null && this.#from === 0) this.#show(0, 0, decodeBase64(inline));
    this.#events.push({ kind: "end", n: Math.max(this.#lastN, 0), execution });
    this.ended = true;
  }

  /** What is to be shown now. */
  take(): OutputEvent[] {
    const events = this.#events;
    this.#events = [];
    this.#pendingBytes = 0;
    return events;
  }

  #keep(chunk: StoredChunk): void {
    if (chunk.n <= this.#keptN) return;
    this.#keptN = chunk.n;
    const start = this.#keptEnd + chunk.skippedBytes;
    this.#keptEnd = start + chunk.data.length;
    this.#anyEnd = Math.max(this.#anyEnd, this.#keptEnd);
    if (chunk.n < this.#from) this.#shown = Math.max(this.#shown, this.#keptEnd);
    else this.#show(chunk.n, start, chunk.data);
  }

  /** Shows the bytes that were not shown yet of a piece that begins at byte `start`. */
  #show(n: number, start: number, data: Uint8Array): void {
    const end = start + data.length;
    if (end <= this.#shown) return;
    const fresh = data.subarray(Math.max(0, this.#shown - start));
    const skippedBytes = Math.max(0, start - this.#shown);
    this.#shown = end;
    this.#lastN = Math.max(this.#lastN, n);
    this.#pendingBytes += fresh.length;
    this.#events.push({ kind: "chunk", n, data: fresh, skippedBytes });
  }
}
