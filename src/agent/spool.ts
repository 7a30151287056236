import { join } from "node:path";
import { z } from "zod";
import { type OutputChunk, outputChunkSchema, type Result, resultSchema } from "../model/mod.ts";
import type { Log } from "../runtime/mod.ts";
import type { ChunkSource } from "./output.ts";

const spooledSchema = z.object({
  v: z.literal(1),
  incarnation: z.string(),
  result: resultSchema,
  chunks: z.array(outputChunkSchema),
});

/** A result that the server had not taken, with the chunks that go before it, and whose incarnation it is of. */
export interface Spooled {
  incarnation: string;
  result: Result;
  chunks: OutputChunk[];
}

/**
 * Results that the server has not taken, one file each, so that the next life of this node can deliver them. Only what
 * a report failed to deliver gets here. A file that can't be written costs a warning, never a result in memory.
 */
export class Spool {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #log: Log;
  readonly #sizes = new Map<string, number>();
  #usedBytes = 0;

  constructor(folder: string, maxBytes: number, log: Log) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#log = log;
  }

  /** What a former life left. A file that can't be read is set aside under the name `*.bad`. */
  async load(): Promise<Spooled[]> {
    await Deno.mkdir(this.#folder, { recursive: true });
    const spooled: Spooled[] = [];
    for await (const entry of Deno.readDir(this.#folder)) {
      if (entry.name.endsWith(".json")) spooled.push(...await this.#read(entry.name));
    }
    return spooled.sort((a, b) => a.result.execution < b.result.execution ? -1 : 1);
  }

  /** Writes one. Without room its output is left out, and the result says so. */
  async save({ incarnation, result, chunks }: Spooled): Promise<void> {
    const full = JSON.stringify({ v: 1, incarnation, result, chunks });
    const fits = this.#usedBytes + full.length <= this.#maxBytes;
    const output = { ...result.output, truncated: true };
    const text = fits ? full : JSON.stringify({ v: 1, incarnation, result: { ...result, output }, chunks: [] });
    const path = this.#path(result.execution);
    try {
      await Deno.writeTextFile(`${path}.new`, text);
      await Deno.rename(`${path}.new`, path);
      this.#account(result.execution, text.length);
    } catch (error) {
      this.#log.warn("Cannot spool a result", { execution: result.execution, error });
    }
  }

  /** Forgets one, if it is there. */
  async remove(execution: string): Promise<void> {
    if (!this.#sizes.has(execution)) return;
    this.#account(execution, 0);
    try {
      await Deno.remove(this.#path(execution));
    } catch (error) {
      this.#log.warn("Cannot remove a spooled result", { execution, error });
    }
  }

  async #read(name: string): Promise<Spooled[]> {
    const path = join(this.#folder, name);
    try {
      const text = await Deno.readTextFile(path);
      const { incarnation, result, chunks } = spooledSchema.parse(JSON.parse(text));
      this.#account(result.execution, text.length);
      return [{ incarnation, result, chunks }];
    } catch (error) {
      this.#log.warn("Cannot read a spooled result, setting it aside", { path, error });
      await Deno.rename(path, `${path}.bad`);
      return [];
    }
  }

  #account(execution: string, bytes: number): void {
    this.#usedBytes += bytes - (this.#sizes.get(execution) ?? 0);
    if (bytes > 0) this.#sizes.set(execution, bytes);
    else this.#sizes.delete(execution);
  }

  /** Execution ids come from the server, so their name in the file system is encoded. */
  #path(execution: string): string {
    return join(this.#folder, `${encodeURIComponent(execution)}.json`);
  }
}

/** The chunks of a spooled result, as a source. */
export class SpooledChunks implements ChunkSource {
  readonly #chunks: readonly OutputChunk[];
  #taken = 0;

  constructor(chunks: readonly OutputChunk[]) {
    this.#chunks = chunks;
  }

  next(): OutputChunk | undefined {
    return this.#chunks[this.#taken++];
  }

  remaining(): Iterable<OutputChunk> {
    return this.#chunks.slice(this.#taken);
  }

  [Symbol.dispose](): void {}
}
