import type { Clock } from "../../src/runtime/mod.ts";

/** Silence after which a comment shows that the connection lives, in milliseconds. */
const HEARTBEAT_MS = 15_000;

/** A reader that takes nothing of what there is for so long is cut off, in milliseconds. */
const SLOW_MS = 300_000;

/**
 * A stream of events that `open` gives until its signal aborts; it is called with the first read, which a HEAD never does.
 * `write` says what an event looks like on the stream: nothing for its end. A comment shows after a silence that the
 * connection lives, unless `heartbeat` is empty. A reader that takes nothing for 5 minutes is cut off.
 */
export function liveStream<Event>(
  sleep: Clock["sleep"],
  open: (signal: AbortSignal) => AsyncIterable<Event>,
  write: (event: Event) => string | Uint8Array,
  heartbeat = ": waiting\n\n",
): ReadableStream<Uint8Array> {
  const stop = new AbortController();
  const encoder = new TextEncoder();
  const bytesOf = (part: string | Uint8Array) => typeof part === "string" ? encoder.encode(part) : part;
  let events: AsyncIterator<Event> | undefined;
  let pending: Promise<IteratorResult<Event>> | undefined;
  let unread = new AbortController();
  const give = (controller: ReadableStreamDefaultController<Uint8Array>, part: string | Uint8Array) => {
    controller.enqueue(bytesOf(part));
    const { signal } = unread = new AbortController();
    void sleep(SLOW_MS, signal).then(() => {
      if (signal.aborted) return;
      stop.abort();
      controller.error(new Error("The reader has taken nothing for 5 minutes"));
      // Nobody is left to be told that the source failed at its end.
      Promise.resolve(events?.return?.()).catch(() => {});
    });
  };
  return new ReadableStream({
    async pull(controller) {
      unread.abort();
      events ??= open(stop.signal)[Symbol.asyncIterator]();
      pending ??= events.next();
      let next = await nextOrSilence(pending, sleep);
      while (next === undefined && heartbeat === "") next = await nextOrSilence(pending, sleep);
      if (next === undefined) return give(controller, heartbeat);
      pending = undefined;
      const part = next.done ? "" : write(next.value);
      if (part.length > 0) return give(controller, part);
      controller.close();
      await events.return?.();
    },
    async cancel() {
      unread.abort();
      stop.abort();
      // Between two reads the events rest at a `yield`, which no signal ends.
      await events?.return?.();
    },
  }, { highWaterMark: 0 });
}

/** What comes next, or undefined after a silence. */
async function nextOrSilence<T>(next: Promise<T>, sleep: Clock["sleep"]): Promise<T | undefined> {
  const timer = new AbortController();
  try {
    return await Promise.race([next, sleep(HEARTBEAT_MS, timer.signal).then(() => undefined)]);
  } finally {
    timer.abort();
  }
}
