import { deepEqual } from "node:assert/strict";
import { Follower } from "./follower.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** What a follower shows now: the skipped bytes and the text of each piece. */
function shown(follower: Follower): [number, string][] {
  return follower.take().map((event) =>
    event.kind === "chunk" ? [event.skippedBytes, new TextDecoder().decode(event.data)] : [0, "end"]
  );
}

Deno.test("Follower.catchUp() shows kept pieces before live ones that came meanwhile", () => {
  const follower = new Follower(0);
  follower.offer({ execution: "e", n: 1, skippedBytes: 0, fromByte: 4, data: bytes("live") });
  const live = follower.takeLive();
  follower.catchUp([{ n: 0, skippedBytes: 0, data: bytes("head") }], live);
  deepEqual(shown(follower), [[0, "head"], [0, "live"]]);
  deepEqual(follower.nextKept, 1);
});

Deno.test("Follower.catchUp() shows each byte once to who comes late, and counts what was missed", () => {
  const follower = new Follower(0);
  follower.catchUp([{ n: 0, skippedBytes: 0, data: bytes("head") }], []);
  // Bytes 4 to 10 went to those who were there before; a piece counts from where the one before it ended.
  const late = { execution: "e", n: 2, skippedBytes: 0, fromByte: 10, data: bytes("abc") };
  follower.catchUp([], [late, late]);
  follower.catchUp([{ n: 3, skippedBytes: 0, data: bytes("456789abcdef") }], []);
  deepEqual(shown(follower), [[0, "head"], [6, "abc"], [0, "def"]]);
});

Deno.test("Follower.catchUp() counts on from the piece before where an agent does not say where a piece begins", () => {
  const follower = new Follower(0);
  follower.catchUp([{ n: 0, skippedBytes: 0, data: bytes("head") }], [
    { execution: "e", n: 1, skippedBytes: 2, data: bytes("one") },
    { execution: "e", n: 2, skippedBytes: 0, data: bytes("two") },
  ]);
  deepEqual(shown(follower), [[0, "head"], [2, "one"], [0, "two"]]);
});
