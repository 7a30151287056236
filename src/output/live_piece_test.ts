import { deepEqual, throws } from "node:assert/strict";
import { decodeNews, encodeNews, type LiveNews } from "./live_piece.ts";

Deno.test("decodeNews() reads what encodeNews() wrote, bytes of any kind too", () => {
  const data = Uint8Array.from({ length: 256 }, (_, i) => i);
  const all: LiveNews[] = [
    { kind: "piece", piece: { execution: "e", n: 3, skippedBytes: 7, fromByte: 65_536, data } },
    { kind: "piece", piece: { execution: "e", n: 0, skippedBytes: 0, data: new Uint8Array() } },
    { kind: "look", execution: "e" },
  ];
  deepEqual(all.map((news) => decodeNews(encodeNews(news))), all);
});

Deno.test("decodeNews() refuses what is no news", () => {
  for (const bytes of [new Uint8Array(), new Uint8Array([0, 0, 0, 2, 123, 125]), new Uint8Array([9, 9, 9, 9, 1])]) {
    throws(() => decodeNews(bytes), { code: "internal" });
  }
});
