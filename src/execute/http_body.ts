import type { HttpReply } from "./http_reply.ts";

/** How much of an answer `expectBody` is held against, in bytes. */
const KEPT_BYTES = 2 ** 20;

/** Bodies that are known to be this small are read at once, which takes half the time of a stream. */
const SMALL_BYTES = 2 ** 16;

/** Passes a body on as it comes, and answers the first MiB of it as text when `keep` is true, else an empty text. */
export async function readBody(reply: HttpReply, write: (chunk: Uint8Array) => void, keep: boolean): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let roomBytes = keep ? KEPT_BYTES : 0;
  for await (const chunk of chunksOf(reply)) {
    write(chunk);
    if (roomBytes > 0) text += decoder.decode(chunk.subarray(0, roomBytes), { stream: true });
    roomBytes -= Math.min(roomBytes, chunk.byteLength);
  }
  return text;
}

function chunksOf(reply: HttpReply): AsyncIterable<Uint8Array> | Iterable<Promise<Uint8Array>> {
  const sizeBytes = Number(reply.headers.get("content-length") ?? NaN);
  return sizeBytes <= SMALL_BYTES ? [reply.bytes()] : reply.body ?? [];
}
