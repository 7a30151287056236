import { join } from "node:path";
import type { Log } from "../runtime/mod.ts";

/**
 * Room for the tails of all running executions: a budget of memory, and a folder of files for what does not fit. One
 * loud execution stays in memory; a hundred of them do not fill it.
 */
export class TailRoom {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #log: Log;
  #usedBytes = 0;
  #files = 0;

  /** Empties or creates `folder`. */
  constructor(folder: string, maxBytes: number, log: Log) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#log = log;
    Deno.mkdirSync(folder, { recursive: true });
    for (const entry of Deno.readDirSync(folder)) Deno.removeSync(join(folder, entry.name));
  }

  /** Takes memory; false, and nothing taken, when there is not enough. */
  take(bytes: number): boolean {
    if (this.#usedBytes + bytes > this.#maxBytes) return false;
    this.#usedBytes += bytes;
    return true;
  }

  /** Gives memory back. */
  give(bytes: number): void {
    this.#usedBytes -= bytes;
  }

  /** A file of its own, gone when it is disposed of; undefined when the disk has none to give. */
  openFile(): TailFile | undefined {
    const path = join(this.#folder, String(this.#files++));
    try {
      return new TailFile(path, this.#log);
    } catch (error) {
      this.#log.warn("Cannot keep output on disk, keeping it in memory", { path, error });
      return undefined;
    }
  }
}

/** A file that is read and written in place. */
export class TailFile implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #log: Log;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
    this.#file = Deno.openSync(path, { createNew: true, read: true, write: true });
  }

  /** Writes `data` at a place; false when the disk refuses it. */
  write(at: number, data: Uint8Array): boolean {
    try {
      this.#file.seekSync(at, Deno.SeekMode.Start);
      for (let from = 0; from < data.length;) from += this.#file.writeSync(data.subarray(from));
      return true;
    } catch (error) {
      this.#log.warn("Cannot write output to disk, dropping some of it", { path: this.#path, error });
      return false;
    }
  }

  /** Fills `into` from a place on; what the disk does not give stays as it was. */
  read(at: number, into: Uint8Array): void {
    try {
      this.#file.seekSync(at, Deno.SeekMode.Start);
      for (let from = 0, read: number | null = 0; from < into.length && read !== null; from += read ?? 0) {
        read = this.#file.readSync(into.subarray(from));
      }
    } catch (error) {
      this.#log.warn("Cannot read output from disk", { path: this.#path, error });
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
    try {
      Deno.removeSync(this.#path);
    } catch (error) {
      this.#log.warn("Cannot remove output from disk", { path: this.#path, error });
    }
  }
}
