import type { StateOnWire } from "../../routes/wire/execution_answer.ts";
import { readEndAnswer } from "../../routes/wire/read_answer.ts";
import { readServerSentEvents } from "./server_sent_events.ts";

/** A piece of live output. `id` is what to go on after; pieces come in order. */
export type OutputPiece =
  | { kind: "bytes"; id: number; data: Uint8Array }
  | { kind: "skipped"; bytes: number }
  | { kind: "end"; id: number; state: StateOnWire; exitCode: number | null; reason: string | null };

/** The pieces in a stream of server-sent events, until it ends. */
export async function* readOutputEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<OutputPiece> {
  for await (const { id, event, data } of readServerSentEvents(body)) {
    const piece = toPiece(event, Number(id), data);
    if (piece) yield piece;
  }
}

function toPiece(event: string, id: number, data: string): OutputPiece | undefined {
  switch (event) {
    case "output":
      return { kind: "bytes", id, data: new TextEncoder().encode(data) };
    case "output64":
      return { kind: "bytes", id, data: Uint8Array.fromBase64(data) };
    case "skipped":
      return { kind: "skipped", bytes: Number(data) };
    case "end":
      return { kind: "end", id, ...readEndAnswer(JSON.parse(data)) };
    default:
      return undefined;
  }
}
