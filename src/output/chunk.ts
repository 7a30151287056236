/** A stored piece of output: its bytes, and how many were dropped between the piece before and this one. */
export interface StoredChunk {
  n: number;
  skippedBytes: number;
  data: Uint8Array;
}

/** Bytes of a stored chunk before its data: the dropped bytes as an unsigned 64-bit number. */
const HEADER_BYTES = 8;

/** A chunk as it is stored: 8 bytes of header, big-endian, then the data as it came. */
export function encodeChunk(skippedBytes: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(skippedBytes));
  bytes.set(data, HEADER_BYTES);
  return bytes;
}

/** Reads a stored chunk. */
export function decodeChunk(n: number, bytes: Uint8Array): StoredChunk {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { n, skippedBytes: Number(view.getBigUint64(0)), data: bytes.subarray(HEADER_BYTES) };
}

/** What stands, on a line of its own, where bytes of an output are not shown: they were not kept, or not yet. */
export function skippedLine(bytes: number): string {
  return `[... ${bytes} bytes skipped ...]`;
}

/** Pieces in order, with a mark wherever some were dropped. */
export function joinChunks(chunks: readonly StoredChunk[]): Uint8Array {
  const parts = chunks.flatMap(({ skippedBytes, data }) =>
    skippedBytes > 0 ? [new TextEncoder().encode(`\n${skippedLine(skippedBytes)}\n`), data] : [data]
  );
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
