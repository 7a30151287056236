import { join } from "node:path";
import { z } from "zod";
import { type OutputChunk, outputChunkSchema, type Result, resultSchema } from "../model/mod.ts";
import type { Log } from "../runtime/mod.ts";

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

interface SpoolEntry {
  sizeBytes: number;
  hasOutput: boolean;
  /** What is not on disk, or not yet. */
  unwritten: Spooled | undefined;
}

/**
 * Results that the server has not taken, one file each, so that the next life of this node can deliver them. Only what
 * a report failed to deliver gets here. Beyond its size the oldest output is dropped, and the result says so; results stay.
 * A file that can't be written costs a warning, and what was to be in it stays in memory.
 */
export class Spool {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #log: Log;
  /** Oldest first. */
  readonly #entries = new Map<string, SpoolEntry>();
  #usedBytes = 0;
  /** Files are changed one after another. */
  #work: Promise<void> = Promise.resolve();
  #onDropped: (result: Result) => void = () => {};

  constructor(folder: string, maxBytes: number, log: Log) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#log = log;
  }

  /** Calls `told` with the result, as it is from then on, whose output had to go. */
  onDropped(told: (result: Result) => void): void {
    this.#onDropped = told;
  }

  /** What a former life left, oldest first. A file that can't be read is set aside under the name `*.bad`. */
  async load(): Promise<Spooled[]> {
    await Deno.mkdir(this.#folder, { recursive: true });
    const names = (await Array.fromAsync(Deno.readDir(this.#folder), ({ name }) => name)).sort();
    const spooled: Spooled[] = [];
    for (const name of names.filter((name) => name.endsWith(".json"))) {
      const one = await this.#load(name);
      if (one) spooled.push(one);
    }
    return spooled;
  }

  /** Takes one; resolves when it is on disk, or cannot be. */
  save(spooled: Spooled): Promise<void> {
    const id = spooled.result.execution;
    this.#entries.set(id, { sizeBytes: 0, hasOutput: hasOutput(spooled), unwritten: spooled });
    return this.#then(async () => {
      if (this.#entries.get(id)?.unwritten !== spooled) return;
      await this.#write(spooled);
      await this.#makeRoom();
    });
  }

  /** One as it stands, undefined when it is not there. Reads synchronously: reports are built without waiting. */
  read(execution: string): Spooled | undefined {
    const entry = this.#entries.get(execution);
    if (!entry || entry.unwritten) return entry?.unwritten;
    try {
      return parse(Deno.readTextFileSync(this.#path(execution)));
    } catch (error) {
      this.#log.warn("Cannot read a spooled result again, its output is gone", { execution, error });
      return undefined;
    }
  }

  /** Forgets one, if it is there. */
  remove(execution: string): Promise<void> {
    return this.#then(async () => {
      const entry = this.#entries.get(execution);
      if (!entry) return;
      this.#usedBytes -= entry.sizeBytes;
      this.#entries.delete(execution);
      try {
        if (entry.sizeBytes > 0) await Deno.remove(this.#path(execution));
      } catch (error) {
        this.#log.warn("Cannot remove a spooled result", { execution, error });
      }
    });
  }

  #then(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work);
    return this.#work;
  }

  async #write(spooled: Spooled): Promise<void> {
    const { execution } = spooled.result;
    const text = JSON.stringify({ v: 1, ...spooled });
    const path = this.#path(execution);
    try {
      await Deno.writeTextFile(`${path}.new`, text);
      await Deno.rename(`${path}.new`, path);
      this.#note(spooled, text.length);
    } catch (error) {
      this.#log.warn("Cannot spool a result, keeping it in memory", { execution, error });
    }
  }

  /** Drops output, the oldest first, until what is left fits. */
  async #makeRoom(): Promise<void> {
    for (const [execution, entry] of this.#entries) {
      if (this.#usedBytes <= this.#maxBytes) return;
      if (!entry.hasOutput || entry.unwritten) continue;
      const spooled = this.read(execution);
      if (!spooled) continue;
      const bare = withoutOutput(spooled);
      this.#log.warn("No room to spool all output, dropping the oldest", { execution });
      await this.#write(bare);
      this.#onDropped(bare.result);
    }
  }

  async #load(name: string): Promise<Spooled | undefined> {
    const path = join(this.#folder, name);
    try {
      const text = await Deno.readTextFile(path);
      const spooled = parse(text);
      this.#note(spooled, text.length);
      return spooled;
    } catch (error) {
      this.#log.warn("Cannot read a spooled result, setting it aside", { path, error });
      await Deno.rename(path, `${path}.bad`);
      return undefined;
    }
  }

  /** One is on disk. A place that it has keeps its age. */
  #note(spooled: Spooled, sizeBytes: number): void {
    const { execution } = spooled.result;
    this.#usedBytes += sizeBytes - (this.#entries.get(execution)?.sizeBytes ?? 0);
    this.#entries.set(execution, { sizeBytes, hasOutput: hasOutput(spooled), unwritten: undefined });
  }

  /** Execution ids come from the server, so their name in the file system is encoded. */
  #path(execution: string): string {
    return join(this.#folder, `${encodeURIComponent(execution)}.json`);
  }
}

function parse(text: string): Spooled {
  const { incarnation, result, chunks } = spooledSchema.parse(JSON.parse(text));
  return { incarnation, result, chunks };
}

function hasOutput({ result, chunks }: Spooled): boolean {
  return result.output.inline !== null || chunks.some(({ data }) => data !== "");
}

/** The same without output: a last piece counts what is missing, where pieces were to come. */
function withoutOutput({ incarnation, result, chunks }: Spooled): Spooled {
  const [first] = chunks;
  const skippedBytes = chunks.reduce((sum, { data, skippedBytes }) => sum + skippedBytes + bytesIn(data), 0);
  return {
    incarnation,
    result: { ...result, output: { ...result.output, truncated: true, inline: null } },
    chunks: first ? [{ ...first, data: "", skippedBytes }] : [],
  };
}

function bytesIn(base64: string): number {
  return Math.floor(base64.length * 3 / 4) - (base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0);
}
