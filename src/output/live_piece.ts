import { z } from "zod";
import { CarillonError } from "../runtime/mod.ts";

const pieceSchema = z.object({
  kind: z.literal("piece"),
  execution: z.string(),
  n: z.number().int(),
  skippedBytes: z.number().int(),
  fromByte: z.number().int().optional(),
});
const newsSchema = z.discriminatedUnion("kind", [
  pieceSchema,
  /** The store has more of it: a kept piece, or its end. */
  z.object({ kind: z.literal("look"), execution: z.string() }),
  /** Things that have happened, for those who listen to all of them; the bytes say what. */
  z.object({ kind: z.literal("events") }),
]);

/** A piece of output for those who follow now, which is not kept. */
export type LivePiece = Omit<z.infer<typeof pieceSchema>, "kind"> & { data: Uint8Array };

/** What one server tells the others of an output that is followed there, or of all that happens. */
export type LiveNews =
  | { kind: "piece"; piece: LivePiece }
  | { kind: "look"; execution: string }
  | { kind: "events"; data: Uint8Array };

const utf8 = new TextEncoder();
const text = new TextDecoder();
/** Bytes that say how long the head is. */
const LENGTH_BYTES = 4;

/** News as they are stored: the length of the head, the head as JSON, and the bytes of a piece. */
export function encodeNews(news: LiveNews): Uint8Array {
  const { data, ...rest } = flat(news);
  const head = utf8.encode(JSON.stringify({ v: 1, ...rest }));
  const bytes = new Uint8Array(LENGTH_BYTES + head.length + data.length);
  new DataView(bytes.buffer).setUint32(0, head.length);
  bytes.set(head, LENGTH_BYTES);
  bytes.set(data, LENGTH_BYTES + head.length);
  return bytes;
}

/** Reads stored news. Throws `internal` for anything else. */
export function decodeNews(bytes: Uint8Array): LiveNews {
  try {
    const headEnd = LENGTH_BYTES + new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
    const head = newsSchema.parse(JSON.parse(text.decode(bytes.subarray(LENGTH_BYTES, headEnd))));
    if (head.kind === "look") return head;
    if (head.kind === "events") return { ...head, data: bytes.subarray(headEnd) };
    const { kind, ...rest } = head;
    return { kind, piece: { ...rest, data: bytes.subarray(headEnd) } };
  } catch (cause) {
    throw new CarillonError("internal", "Cannot read stored live output: it does not fit its schema", { cause });
  }
}

/** News with their bytes beside all else. */
function flat(news: LiveNews) {
  switch (news.kind) {
    case "piece":
      return { ...news.piece, kind: news.kind };
    case "look":
      return { ...news, data: NO_DATA };
    case "events":
      return news;
    default:
      return news satisfies never;
  }
}

const NO_DATA = new Uint8Array();
