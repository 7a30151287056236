import type { Clock } from "../../src/runtime/mod.ts";

/** Silence after which a comment shows that the connection lives, in milliseconds. */
const HEARTBEAT_MS = 15_000;

/**
 * A stream of events that `open` gives until its signal aborts; it is called with the first read, which a HEAD never does.
 * `write` says what an event looks like on the stream: nothing for its end. A comment shows after a silence that the
 * connection lives, unless `heartbeat` is empty.
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
  return new ReadableStream({
    async pull(controller) {
      events ??= open(stop.signal)[Symbol.asyncIterator]();
      pending ??= events.next();
      let next = await nextOrSilence(pending, sleep);
      while (next === undefined && heartbeat === "") next = await nextOrSilence(pending, sleep);
      if (next === undefined) return controller.enqueue(bytesOf(heartbeat));
      pending = undefined;
      const part = next.done ? "" : write(next.value);
      if (part.length > 0) return controller.enqueue(bytesOf(part));
      controller.close();
      await events.return?.();
    },
    async cancel() {
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
