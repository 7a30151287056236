import { joinChunks, type OutputEvent } from "../../src/output/mod.ts";
import type { Clock } from "../../src/runtime/mod.ts";
import { endAnswer } from "../wire/execution_answer.ts";
import { liveStream } from "./live_stream.ts";

/** Opens the events of an execution, until `signal` aborts. Called with the first read, which a HEAD never does. */
export type OpenEvents = (signal: AbortSignal) => AsyncIterable<OutputEvent>;

/**
 * Output as server-sent events. `output` holds text in `data:` lines: joined by newlines they are the bytes; `output64`
 * holds base64 where the bytes are no UTF-8 or hold a carriage return, which such lines cannot carry; `skipped` counts
 * bytes dropped before the next; `end` says how it ended. `id` is what `Last-Event-ID` wants.
 */
export function eventStream(sleep: Clock["sleep"], open: OpenEvents): ReadableStream<Uint8Array> {
  return liveStream(sleep, open, eventText);
}

/** Output as the bytes themselves, with a line where some were dropped. */
export function plainStream(sleep: Clock["sleep"], open: OpenEvents): ReadableStream<Uint8Array> {
  return liveStream(sleep, open, plainBytes, "");
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
