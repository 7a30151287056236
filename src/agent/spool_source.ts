import type { OutputChunk } from "../model/mod.ts";
import type { ChunkSource } from "./output.ts";
import type { Spool } from "./spool.ts";

/** The chunks of a spooled result, read from the spool when they are wanted: an outage must not fill the memory. */
export class SpoolSource implements ChunkSource {
  readonly #spool: Spool;
  readonly #execution: string;
  #chunks: readonly OutputChunk[] | undefined;
  #taken: number;

  /** Begins after so many chunks, which are on their way already. */
  constructor(spool: Spool, execution: string, taken = 0) {
    this.#spool = spool;
    this.#execution = execution;
    this.#taken = taken;
  }

  /** Whether its chunks were read: what becomes of the file then changes nothing. */
  get begun(): boolean {
    return this.#chunks !== undefined;
  }

  next(): OutputChunk | undefined {
    return this.#read()[this.#taken++];
  }

  remaining(): Iterable<OutputChunk> {
    return this.#read().slice(this.#taken);
  }

  [Symbol.dispose](): void {
    this.#chunks = undefined;
  }

  #read(): readonly OutputChunk[] {
    this.#chunks ??= this.#spool.read(this.#execution)?.chunks ?? [];
    return this.#chunks;
  }
}
