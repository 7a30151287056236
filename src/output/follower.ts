import { decodeBase64 } from "./base64.ts";
import type { EndedExecution, Execution } from "../model/mod.ts";
import { Doorbell } from "../runtime/mod.ts";
import type { StoredChunk } from "./chunk.ts";
import type { LivePiece } from "./live_piece.ts";

/** A piece of output for a reader. `n` is its number; an end follows the last piece of an ended execution. */
export type OutputEvent =
  | { kind: "chunk"; n: number; data: Uint8Array; skippedBytes: number }
  | { kind: "end"; n: number; execution: Execution };

/** Live pieces that a slow reader may be behind, in bytes; beyond that it reads what is kept of them after the end. */
const BEHIND_BYTES = 4 * 1024 * 1024;

/**
 * One reader of an execution's output. Kept and live pieces overlap (what was shown live and is to be kept comes again
 * after the end), so it counts in bytes of the whole output and shows each byte once. Live pieces wait until what was kept
 * before them has been read from the store.
 */
export class Follower {
  readonly bell = new Doorbell();
  /** Whether the end was shown. */
  ended = false;
  readonly #from: number;
  #events: OutputEvent[] = [];
  #live: LivePiece[] = [];
  #liveBytes = 0;
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

  /** The kept piece to read next. */
  get nextKept(): number {
    return this.#keptN + 1;
  }

  /** A live piece that has just come: everything kept that comes before it is in the store. */
  offer(piece: LivePiece): void {
    if (this.#liveBytes > BEHIND_BYTES) return;
    this.#liveBytes += piece.data.length;
    this.#live.push(piece);
    this.bell.wake();
  }

  /** Live pieces that have come. To be taken before the store is read, and given to `catchUp` with what it had. */
  takeLive(): LivePiece[] {
    const live = this.#live;
    this.#live = [];
    this.#liveBytes = 0;
    return live;
  }

  /** What the store has from `nextKept` on, then live pieces. */
  catchUp(kept: readonly StoredChunk[], live: readonly LivePiece[]): void {
    for (const chunk of kept) this.#keep(chunk);
    for (const { n, skippedBytes, data, fromByte = this.#anyEnd + skippedBytes } of live) {
      this.#anyEnd = fromByte + data.length;
      this.#show(n, fromByte, data);
    }
  }

  /** The execution has ended, and all that is kept of it was shown. */
  end(execution: EndedExecution): void {
    const { inline } = execution.output;
    if (inline !== null && this.#from === 0) this.#show(0, 0, decodeBase64(inline));
    this.#events.push({ kind: "end", n: Math.max(this.#lastN, 0), execution });
    this.ended = true;
  }

  /** What is to be shown now. */
  take(): OutputEvent[] {
    const events = this.#events;
    this.#events = [];
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
    this.#events.push({ kind: "chunk", n, data: fresh, skippedBytes });
  }
}
