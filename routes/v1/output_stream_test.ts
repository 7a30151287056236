import assert from "node:assert/strict";
import { type OutputPiece, readOutputEvents } from "../../src/client/output_events.ts";
import type { OutputEvent } from "../deps.ts";
import { eventStream, plainStream } from "./output_stream.ts";

const never = () => new Promise<void>(() => {});

function chunk(n: number, data: Uint8Array | string, skippedBytes = 0): OutputEvent {
  return { kind: "chunk", n, data: typeof data === "string" ? new TextEncoder().encode(data) : data, skippedBytes };
}

async function* eventsOf(...events: OutputEvent[]) {
  yield* events;
  await Promise.resolve();
}

Deno.test("eventStream() carries every byte, as text where it can and as base64 where it cannot", async () => {
  const all = new Uint8Array([0, 128, 255, 10]);
  const pieces = [chunk(0, "a\n\nb"), chunk(1, "carriage\r\nreturn"), chunk(2, all), chunk(3, "\ufeffmark\n")];
  const body = eventStream(never, () => eventsOf(...pieces));
  const read: OutputPiece[] = [];
  for await (const piece of readOutputEvents(body)) read.push(piece);
  assert.deepEqual(
    read,
    pieces.map((event) => event.kind === "chunk" && { kind: "bytes", id: event.n, data: event.data }),
  );
});

Deno.test("eventStream() counts bytes that were skipped before a piece", async () => {
  const body = eventStream(never, () => eventsOf(chunk(0, "a"), chunk(2, "b", 7)));
  const text = await new Response(body).text();
  assert.equal(
    text,
    "id: 0\nevent: output\ndata: a\n\nevent: skipped\ndata: 7\n\nid: 2\nevent: output\ndata: b\n\n",
  );
});

Deno.test("eventStream() shows with a comment that it lives while nothing comes", async () => {
  const silence = Promise.withResolvers<void>();
  const later = Promise.withResolvers<void>();
  async function* slow() {
    await later.promise;
    yield chunk(0, "a");
  }
  const reader = eventStream(() => silence.promise, slow).getReader();
  const first = reader.read();
  silence.resolve();
  assert.equal(new TextDecoder().decode((await first).value), ": waiting\n\n");
  later.resolve();
  await reader.cancel();
});

Deno.test("eventStream() opens nothing before it is read, and stops when its reader goes", async () => {
  const opened: AbortSignal[] = [];
  async function* open(given: AbortSignal): AsyncGenerator<OutputEvent> {
    opened.push(given);
    yield chunk(0, "a");
    await new Promise((resolve) => given.addEventListener("abort", resolve));
  }
  const reader = eventStream(never, open).getReader();
  assert.equal(opened.length, 0);
  await reader.read();
  const waiting = reader.read();
  await reader.cancel();
  assert.equal((await waiting).done, true);
  assert.equal(opened[0]?.aborted, true);
});

Deno.test("plainStream() sends the bytes, with a mark where some were skipped", async () => {
  const body = plainStream(never, () => eventsOf(chunk(0, "a\n"), chunk(2, "b\n", 7)));
  assert.equal(await new Response(body).text(), "a\n\n[… 7 bytes skipped …]\nb\n");
});
