import type { Clock } from "../../src/runtime/mod.ts";

/** How often a stream is looked at, and how long a silence lasts at least before a comment shows that it lives. Milliseconds. */
const LOOK_MS = 15_000;

/** Looks at a stream, without anything taken of what there is, until its reader is cut off: 5 minutes. */
const SLOW_LOOKS = 20;

/** How a live stream is made: `open` is called with the first read, which a HEAD never does. */
interface LiveSource<Event> {
  sleep: Clock["sleep"];
  open: (signal: AbortSignal) => AsyncIterable<Event>;
  /** What an event looks like on the stream: nothing for its end. */
  write: (event: Event) => string | Uint8Array;
  /** Shows after a silence that the connection lives, unless it is empty. */
  heartbeat: string;
}

/**
 * A stream of events that `open` gives until its signal aborts. A comment shows after a silence of 15 to 30 seconds that the
 * connection lives, unless `heartbeat` is empty. A reader that takes nothing for 5 minutes is cut off.
 */
export function liveStream<Event>(
  sleep: Clock["sleep"],
  open: (signal: AbortSignal) => AsyncIterable<Event>,
  write: (event: Event) => string | Uint8Array,
  heartbeat = ": waiting\n\n",
): ReadableStream<Uint8Array> {
  return new ReadableStream(new LiveStream({ sleep, open, write, heartbeat }), { highWaterMark: 0 });
}

const encoder = new TextEncoder();

/** One reader's stream. One watch minds it: a timer for each piece would cost more than the piece. */
class LiveStream<Event> implements UnderlyingDefaultSource<Uint8Array> {
  readonly #source: LiveSource<Event>;
  readonly #stop = new AbortController();
  #events: AsyncIterator<Event> | undefined;
  /** Whether the reader waits for more. */
  #isAsked = false;
  /** Looks since something was given or asked for. */
  #quietLooks = 0;

  constructor(source: LiveSource<Event>) {
    this.#source = source;
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.#isAsked = true;
    this.#quietLooks = 0;
    if (this.#events === undefined) {
      this.#events = this.#source.open(this.#stop.signal)[Symbol.asyncIterator]();
      void this.#watch(controller);
    }
    const { done, value } = await this.#events.next();
    const part = done ? "" : this.#source.write(value);
    if (part.length > 0) return this.#give(controller, part);
    this.#stop.abort();
    controller.close();
    await this.#events.return?.();
  }

  async cancel(): Promise<void> {
    this.#stop.abort();
    // Between two reads the events rest at a `yield`, which no signal ends.
    await this.#events?.return?.();
  }

  #give(controller: ReadableStreamDefaultController<Uint8Array>, part: string | Uint8Array): void {
    this.#isAsked = false;
    this.#quietLooks = 0;
    controller.enqueue(typeof part === "string" ? encoder.encode(part) : part);
  }

  async #watch(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const { signal } = this.#stop;
    while (true) {
      await this.#source.sleep(LOOK_MS, signal);
      if (signal.aborted) return;
      // A silence is a whole time between two looks.
      if (++this.#quietLooks < 2) continue;
      // A sign of life that is still there was not taken either.
      if (this.#isAsked && controller.desiredSize === 0) this.#showLife(controller);
      else if (this.#quietLooks > SLOW_LOOKS) return this.#cutOff(controller);
    }
  }

  #showLife(controller: ReadableStreamDefaultController<Uint8Array>): void {
    if (this.#source.heartbeat === "") return;
    controller.enqueue(encoder.encode(this.#source.heartbeat));
    this.#quietLooks = 0;
  }

  #cutOff(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#stop.abort();
    controller.error(new Error("The reader has taken nothing for 5 minutes"));
    // Nobody is left to be told that the source failed at its end.
    Promise.resolve(this.#events?.return?.()).catch(() => {});
  }
}
