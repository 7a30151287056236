import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { OutputChunk } from "../model/mod.ts";
import { silentLog } from "../runtime/mod.ts";
import { textIn } from "./fakes_test.ts";
import { Output } from "./output.ts";
import { TailRoom } from "./tail_room.ts";

const KIB = 1024;
const CAP = { outputCapBytes: 1024 * KIB, outputHeadBytes: 64 * KIB };

function roomOf(bytes: number): TailRoom & Disposable {
  const folder = Deno.makeTempDirSync();
  const room = new TailRoom(folder, bytes, silentLog);
  return Object.assign(room, { [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }) });
}

/** Bytes that say where they stand. */
function bytesAt(from: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (from + i) % 251);
}

function dataOf(chunk: OutputChunk): Uint8Array {
  return Uint8Array.fromBase64(chunk.data);
}

function rest(output: Output): OutputChunk[] {
  const chunks: OutputChunk[] = [];
  for (let chunk = output.next(); chunk; chunk = output.next()) chunks.push(chunk);
  return chunks;
}

Deno.test("Output.close() puts a whole output of at most 4 KiB in the result", () => {
  using room = roomOf(0);
  using output = new Output("e", CAP, room, 0);
  output.write(new TextEncoder().encode("hello"));
  const { sizeBytes, truncated, inline } = output.close();
  deepEqual([sizeBytes, truncated, textIn(inline ?? "")], [5, false, "hello"]);
  deepEqual(rest(output), []);
});

Deno.test("Output.close() puts nothing in the result when a chunk was sent before", () => {
  using room = roomOf(0);
  using output = new Output("e", CAP, room, 0);
  output.write(new TextEncoder().encode("hello"));
  equal(output.takeDue(1_000, false).length, 1);
  output.write(new TextEncoder().encode(" world"));
  equal(output.close().inline, null);
  deepEqual(rest(output).map(({ n, data }) => [n, textIn(data)]), [[1, " world"]]);
});

Deno.test("Output.isDue() lets what nobody follows out once a second, and what is followed at once", () => {
  using room = roomOf(0);
  using output = new Output("e", CAP, room, 0);
  equal(output.isDue(5_000, true), false);
  output.write(new Uint8Array(10));
  deepEqual([output.isDue(999, false), output.isDue(1_000, false), output.isDue(1, true)], [false, true, true]);
  output.takeDue(1_000, false);
  output.write(new Uint8Array(10));
  deepEqual([output.isDue(1_999, false), output.isDue(2_000, false)], [false, true]);
});

Deno.test("Output.takeDue() sends nothing beyond the head while nobody follows", () => {
  using room = roomOf(2 ** 20);
  using output = new Output("e", CAP, room, 0);
  output.write(bytesAt(0, 500 * KIB));
  deepEqual(output.takeDue(1_000, false).map(dataOf).map(({ length }) => length), [48 * KIB, 16 * KIB]);
  output.write(bytesAt(500 * KIB, KIB));
  equal(output.isDue(9_000, false), false);
});

Deno.test("Output.takeDue() sends followers the newest beyond the head, marked live, with a count of what was left out", () => {
  using room = roomOf(2 ** 20);
  using output = new Output("e", CAP, room, 0);
  output.write(bytesAt(0, 200 * KIB));
  const live = output.takeDue(0, true).find((chunk) => chunk.live);
  deepEqual([live?.n, live?.skippedBytes], [2, (200 - 64 - 48) * KIB]);
  output.write(bytesAt(200 * KIB, 100));
  const [next] = output.takeDue(200, true);
  deepEqual([next?.n, next?.skippedBytes, next && dataOf(next)], [3, 0, bytesAt(200 * KIB, 100)]);
});

Deno.test("Output.remaining() says what next() will give", () => {
  using room = roomOf(2 ** 20);
  using output = new Output("e", CAP, room, 0);
  output.write(bytesAt(0, 3_000 * KIB));
  output.takeDue(0, true);
  output.close();
  const told = [...output.remaining()];
  deepEqual(rest(output), told);
});

const writes = fc.array(
  fc.record({ length: fc.nat(3_000), take: fc.constantFrom("no", "followed", "unfollowed") }),
  { maxLength: 40 },
);

Deno.test("Output keeps head and tail within its cap, its bytes and skips add up, and each byte is where it was", () => {
  using small = roomOf(500);
  using large = roomOf(2 ** 20);
  fc.assert(fc.property(writes, fc.nat(9_000), fc.nat(9_000), fc.boolean(), (steps, head, tail, spills) => {
    const cap = { outputHeadBytes: head, outputCapBytes: head + tail };
    using output = new Output("e", cap, spills ? small : large, 0);
    const chunks: OutputChunk[] = [];
    let size = 0;
    for (const { length, take } of steps) {
      output.write(bytesAt(size, length));
      size += length;
      if (take !== "no") chunks.push(...output.takeDue(0, take === "followed"));
    }
    const { sizeBytes, inline, truncated } = output.close();
    chunks.push(...rest(output));
    equal(sizeBytes, size);
    equal(truncated, size > head + tail);
    deepEqual(chunks.map(({ n }) => n), chunks.map((_, i) => i));
    if (inline !== null) return deepEqual(Uint8Array.fromBase64(inline), bytesAt(0, size));

    let [keptTo, shownTo, kept] = [0, 0, 0];
    for (const chunk of chunks) {
      const data = dataOf(chunk);
      const from = (chunk.live ? shownTo : keptTo) + chunk.skippedBytes;
      equal(chunk.fromByte, chunk.live ? from : undefined);
      deepEqual(data, bytesAt(from, data.length));
      if (!chunk.live) [keptTo, kept] = [from + data.length, kept + data.length];
      shownTo = Math.max(shownTo, from + data.length);
    }
    equal(keptTo, size);
    ok(kept === Math.min(size, head + tail));
  }));
});

Deno.test("TailRoom lends memory within its budget, then files that go when they are done with", () => {
  const folder = Deno.makeTempDirSync();
  const room = new TailRoom(folder, 2 ** 20, silentLog);
  const outputs = Array.from({ length: 4 }, (_, i) => new Output(`e${i}`, CAP, room, 0));
  for (const output of outputs) output.write(bytesAt(0, 2_000 * KIB));
  equal([...Deno.readDirSync(folder)].length, 3);
  for (const output of outputs) {
    output.close();
    const last = rest(output).at(-1);
    deepEqual(last && dataOf(last).at(-1), bytesAt(2_000 * KIB - 1, 1)[0]);
    output[Symbol.dispose]();
  }
  equal([...Deno.readDirSync(folder)].length, 0);
  ok(room.take(2 ** 20));
  Deno.removeSync(folder);
});
