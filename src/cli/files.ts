import { CarillonError, messageOf } from "../runtime/mod.ts";

/** Bytes to and from files. */
export interface Files {
  /** The bytes of a file, `-` for standard input. */
  read: (path: string) => Promise<ReadableStream<Uint8Array>>;
  /**
   * Writes a file that appears under its name only when it is whole; readable by its owner alone. Throws `forbidden` for
   * one that is there already, unless it may be overwritten.
   */
  save: (path: string, bytes: AsyncIterable<Uint8Array>, how: { overwrite: boolean }) => Promise<void>;
}

/** The files of this machine. */
export const systemFiles: Files = {
  read: async (path) => path === "-" ? Deno.stdin.readable : (await Deno.open(path)).readable,
  async save(path, bytes, { overwrite }) {
    const isThere = await Deno.stat(path).then(() => true, () => false);
    if (isThere && !overwrite) {
      throw new CarillonError("forbidden", `Cannot write "${path}": it is there already; --overwrite replaces it`);
    }
    const partial = `${path}.partial`;
    try {
      await writeWhole(partial, bytes);
      await Deno.rename(partial, path);
    } catch (thrown) {
      await Deno.remove(partial).catch(() => {}); // it may never have been made
      if (thrown instanceof CarillonError) throw thrown;
      throw new CarillonError("unavailable", `Cannot write "${path}": ${messageOf(thrown)}`, { cause: thrown });
    }
  },
};

async function writeWhole(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true, truncate: true, mode: 0o600 });
  for await (const piece of bytes) {
    for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
  }
  await file.sync();
}
