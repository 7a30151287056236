import assert from "node:assert/strict";
import { type OutputPiece, readOutputEvents } from "../../src/client/output_events.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { RUNNING } from "../../tests/support/running_execution.ts";
import type { OutputEvent } from "../../src/output/mod.ts";
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
  const clock = new FakeClock();
  const later = Promise.withResolvers<void>();
  async function* slow() {
    await later.promise;
    yield chunk(0, "a");
  }
  const reader = eventStream((ms, signal) => clock.sleep(ms, signal), slow).getReader();
  for (const _ of [1, 2]) {
    const first = reader.read();
    await clock.advance(30_000);
    assert.equal(new TextDecoder().decode((await first).value), ": waiting\n\n");
  }
  // A reader that has left a comment unread is shown no more of them, and is given what comes after it.
  await clock.advance(120_000);
  later.resolve();
  const texts = [await reader.read(), await reader.read()].map(({ value }) => new TextDecoder().decode(value));
  assert.deepEqual(texts, [": waiting\n\n", "id: 0\nevent: output\ndata: a\n\n"]);
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

Deno.test("eventStream() closes its events when its reader goes between two reads, and says why that failed", async () => {
  async function* open(): AsyncGenerator<OutputEvent> {
    try {
      while (true) yield chunk(0, "a");
    } finally {
      await Promise.reject(new Error("Cannot close"));
    }
  }
  const reader = eventStream(never, open).getReader();
  await reader.read();
  await assert.rejects(reader.cancel(), /Cannot close/);
});

Deno.test("eventStream() and plainStream() close the events of clients that break off while output flows", async () => {
  const accepts = Array.from({ length: 20 }, (_, i) => i % 2 === 0 ? "text/event-stream" : "text/plain");
  let opened = 0;
  let closed = 0;
  async function* open(signal: AbortSignal): AsyncGenerator<OutputEvent> {
    opened++;
    try {
      for (let n = 0; !signal.aborted; n++) yield chunk(n, "x".repeat(65_536));
    } finally {
      closed++;
    }
  }
  await using http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ headers }) => {
    return new Response((headers.get("accept") === "text/plain" ? plainStream : eventStream)(never, open));
  });
  await Promise.all(accepts.map(async (accept) => {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: http.addr.port });
    await connection.write(new TextEncoder().encode(`GET / HTTP/1.1\r\nhost: a\r\naccept: ${accept}\r\n\r\n`));
    for (let reads = 0; reads < 10; reads++) assert.ok(await connection.read(new Uint8Array(16_384)));
  }));
  await eventually(() => closed === opened, { what: "that all are closed" });
  assert.equal(opened, accepts.length);
});

Deno.test("plainStream() closes its events after the end", async () => {
  let open = 0;
  async function* events(): AsyncGenerator<OutputEvent> {
    open++;
    try {
      yield chunk(0, "a");
      yield { kind: "end", n: 0, execution: RUNNING };
    } finally {
      open--;
    }
  }
  assert.equal(await new Response(plainStream(never, events)).text(), "a");
  await eventually(() => open === 0);
});

Deno.test("plainStream() sends the bytes, with a mark where some were skipped", async () => {
  const body = plainStream(never, () => eventsOf(chunk(0, "a\n"), chunk(2, "b\n", 7)));
  assert.equal(await new Response(body).text(), "a\n\n[... 7 bytes skipped ...]\nb\n");
});

Deno.test("eventStream() cuts off a reader that takes nothing for 5 minutes, and lets go of what it followed", async () => {
  const clock = new FakeClock();
  let signal: AbortSignal | undefined;
  let isLetGo = false;
  async function* open(given: AbortSignal) {
    signal = given;
    try {
      for (let n = 0;; n++) yield chunk(n, "a");
    } finally {
      isLetGo = true;
    }
  }
  const reader = eventStream((ms, signal) => clock.sleep(ms, signal), open).getReader();
  for (let n = 0; n < 3; n++) {
    assert.equal((await reader.read()).done, false);
    await clock.advance(240_000);
  }
  assert.equal(isLetGo, false);
  await clock.advance(90_000);
  await eventually(() => isLetGo);
  await assert.rejects(reader.read(), /taken nothing for 5 minutes/);
  assert.equal(signal?.aborted, true);
});
