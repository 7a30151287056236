import type { GroupNote } from "../execute/mod.ts";
import type { Log } from "../runtime/mod.ts";

/** Lines beyond twice the living ones that are tolerated before the file is written anew. */
const SPARE_LINES = 4_096;

const encoder = new TextEncoder();

/**
 * Which process groups this node has, in a file of lines: `+ pid startedAtMs execution` for a start, `- execution` for an
 * end. A line is handed to the operating system before the call returns: it survives the death of this process (not a
 * power cut, which the processes would not survive either). Each line begins with its newline, so that a torn one does not
 * swallow the next. Writing is synchronous on purpose: a line takes 2 us, an `await` ten times that.
 */
export class ProcessJournal implements Disposable {
  readonly #path: string;
  readonly #log: Log;
  readonly #living: Map<string, GroupNote>;
  #file: Deno.FsFile;
  #lines: number;
  #closed = false;

  /** Opens or creates the file at `path` with the notes of a former life in it. */
  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
    const text = readIfThere(path);
    this.#living = livingIn(text);
    this.#lines = text.split("\n").length;
    this.#file = Deno.openSync(path, { create: true, append: true });
  }

  /** Groups that were begun and not seen to end. */
  living(): GroupNote[] {
    return [...this.#living.values()];
  }

  /** Notes that a group is about to live; throws when the disk refuses that. */
  started(note: GroupNote): void {
    this.#living.set(note.executionId, note);
    this.#write(lineOf(note));
  }

  /** Notes that an execution's group is gone, if it had one. */
  ended(executionId: string): void {
    if (this.#closed || !this.#living.delete(executionId)) return;
    try {
      this.#write(`\n- ${executionId}`);
      if (this.#lines > 2 * this.#living.size + SPARE_LINES) this.#compact();
    } catch (error) {
      this.#log.warn("Cannot note the end of a process group; the next life finds out", { executionId, error });
    }
  }

  /** Ends that come later are not noted: the next life finds out. Starts throw. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#file.close();
  }

  #write(line: string): void {
    const bytes = encoder.encode(line);
    for (let from = 0; from < bytes.length;) from += this.#file.writeSync(bytes.subarray(from));
    this.#lines++;
  }

  #compact(): void {
    const draft = `${this.#path}.new`;
    const former = this.#file;
    Deno.writeTextFileSync(draft, this.living().map(lineOf).join(""));
    this.#file = Deno.openSync(draft, { append: true });
    former.close();
    Deno.renameSync(draft, this.#path);
    this.#lines = this.#living.size;
  }
}

function readIfThere(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return "";
    throw thrown;
  }
}

function lineOf({ pid, startedAtMs, executionId }: GroupNote): string {
  return `\n+ ${pid} ${startedAtMs} ${executionId}`;
}

function livingIn(text: string): Map<string, GroupNote> {
  const living = new Map<string, GroupNote>();
  for (const line of text.split("\n")) {
    const [sign, ...words] = line.split(" ");
    const [first, second, third] = words;
    if (sign === "+" && third) {
      living.set(third, { pid: Number(first), startedAtMs: Number(second), executionId: third });
    }
    if (sign === "-" && first) living.delete(first);
  }
  return living;
}
