import { type EventReport, readEventsAnswer } from "../../routes/wire/event_answer.ts";
import { readServerSentEvents } from "./server_sent_events.ts";

/** What a stream of events brings: what has happened, or that some of it was missed; `next` is what to go on after. */
export type EventPiece = { kind: "events"; next: string; events: EventReport[] } | { kind: "reset"; next: string };

/** The batches in a stream of server-sent events, until it ends. */
export async function* readEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<EventPiece> {
  for await (const { id: next, event, data } of readServerSentEvents(body)) {
    if (event === "reset") yield { kind: "reset", next };
    if (event === "events") yield { kind: "events", next, events: readEventsAnswer(JSON.parse(data)) };
  }
}
