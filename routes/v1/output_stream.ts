import { joinChunks, type OutputEvent } from "../../src/output/mod.ts";
import type { Clock } from "../../src/runtime/mod.ts";
import { endAnswer } from "../wire/execution_answer.ts";

/** Silence after which a comment shows that the connection lives, in milliseconds. */
const HEARTBEAT_MS = 15_000;

/** Opens the events of an execution, until `signal` aborts. Called with the first read, which a HEAD never does. */
export type OpenEvents = (signal: AbortSignal) => AsyncIterable<OutputEvent>;

/**
 * Output as server-sent events. `output` holds text in `data:` lines: joined by newlines they are the bytes; `output64`
 * holds base64 where the bytes are no UTF-8 or hold a carriage return, which such lines cannot carry; `skipped` counts
 * bytes dropped before the next; `end` says how it ended. `id` is what `Last-Event-ID` wants.
 */
export function eventStream(sleep: Clock["sleep"], open: OpenEvents): ReadableStream<Uint8Array> {
  return stream(sleep, open, eventText, ": waiting\n\n");
}

/** Output as the bytes themselves, with a line where some were dropped. */
export function plainStream(sleep: Clock["sleep"], open: OpenEvents): ReadableStream<Uint8Array> {
  return stream(sleep, open, plainBytes, undefined);
}

/** What an event looks like on the stream; nothing for the end of it. */
type Write = (event: OutputEvent) => string | Uint8Array;

function stream(
  sleep: Clock["sleep"],
  open: OpenEvents,
  write: Write,
  heartbeat: string | undefined,
): ReadableStream<Uint8Array> {
  const stop = new AbortController();
  const encoder = new TextEncoder();
  const bytesOf = (part: string | Uint8Array) => typeof part === "string" ? encoder.encode(part) : part;
  let events: AsyncIterator<OutputEvent> | undefined;
  let pending: Promise<IteratorResult<OutputEvent>> | undefined;
  return new ReadableStream({
    async pull(controller) {
      events ??= open(stop.signal)[Symbol.asyncIterator]();
      pending ??= events.next();
      let next = await nextOrSilence(pending, sleep);
      while (next === undefined && heartbeat === undefined) next = await nextOrSilence(pending, sleep);
      if (next === undefined) return controller.enqueue(bytesOf(heartbeat ?? ""));
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

function eventText(event: OutputEvent): string {
  switch (event.kind) {
    case "chunk": {
      const skipped = event.skippedBytes > 0 ? `event: skipped\ndata: ${event.skippedBytes}\n\n` : "";
      const text = asText(event.data);
      if (text === undefined) return `${skipped}id: ${event.n}\nevent: output64\ndata: ${event.data.toBase64()}\n\n`;
      return `${skipped}id: ${event.n}\nevent: output\ndata: ${text.replaceAll("\n", "\ndata: ")}\n\n`;
    }
    case "end":
      return `id: ${event.n}\nevent: end\ndata: ${JSON.stringify(endAnswer(event.execution))}\n\n`;
    default:
      return event satisfies never;
  }
}

function asText(data: Uint8Array): string | undefined {
  if (data.includes(13)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return undefined;
  }
}

function plainBytes(event: OutputEvent): string | Uint8Array {
  return event.kind === "end" ? "" : joinChunks([event]);
}
