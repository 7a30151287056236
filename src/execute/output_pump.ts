import type { Clock } from "../runtime/mod.ts";

/** After the process has ended: how long silence lasts before what still holds the pipe is no longer waited for. */
const SILENCE_MS = 200;

/** After the process has ended: how long a holder of the pipe that goes on talking is heard at most. */
const LISTEN_MS = 2_000;

/** Bytes that are read at once. */
const READ_BYTES = 16 * 1024;

/** Passes a process's output on as it comes. What is passed on holds good until `write` returns. */
export class OutputPump {
  readonly #ended: Promise<void>;
  readonly #endedSignal = new AbortController();
  #sizeBytes = 0;
  #write: ((chunk: Uint8Array) => void) | undefined;

  constructor(output: ReadableStream<Uint8Array>, write: (chunk: Uint8Array) => void) {
    this.#write = write;
    this.#ended = this.#pump(output).finally(() => this.#endedSignal.abort("ended"));
    this.#ended.catch(() => {}); // A fault is thrown by finish(); until then nobody awaits it.
  }

  /**
   * Waits, once the process has ended, for the rest of its output: to the end of the pipe, or where a survivor holds
   * that open, until 200 ms of silence, 2 s at most. Afterwards nothing is written any more; a survivor's output is
   * read and dropped, so that it does not die of a closed pipe. Answers whether the pipe is still open.
   */
  async finish(clock: Clock): Promise<boolean> {
    const deadline = clock.monotonic() + LISTEN_MS;
    for (let seenBytes = -1; seenBytes !== this.#sizeBytes && clock.monotonic() < deadline;) {
      seenBytes = this.#sizeBytes;
      await Promise.race([this.#ended, clock.sleep(SILENCE_MS, this.#endedSignal.signal)]);
      if (this.#endedSignal.signal.aborted) await this.#ended;
    }
    this.#write = undefined;
    return !this.#endedSignal.signal.aborted;
  }

  async #pump(output: ReadableStream<Uint8Array>): Promise<void> {
    const reader = output.getReader({ mode: "byob" });
    let part = await reader.read(new Uint8Array(READ_BYTES));
    while (!part.done) {
      this.#sizeBytes += part.value.byteLength;
      this.#write?.(part.value);
      // The same memory again: a loud process would leave its whole output to the garbage collector otherwise.
      part = await reader.read(new Uint8Array(part.value.buffer));
    }
  }
}
