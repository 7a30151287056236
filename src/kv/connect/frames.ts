import { CarillonError, type Clock } from "../../runtime/mod.ts";

/** The server sends a sign of life each 5 s; without one for this long, in milliseconds, the connection is dead. */
const SILENCE_MS = 15_000;
const HEAD_BYTES = 4;

/** The messages of a stream in which each has its size before it (4 bytes, little-endian); empty ones are signs of life. */
export async function* frames(
  clock: Clock,
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  let rest = new Uint8Array();
  try {
    while (true) {
      const part = await withinSilence(clock, reader.read());
      if (part.done) return;
      const { whole, left } = split(joined(rest, part.value));
      yield* whole;
      rest = left;
    }
  } finally {
    reader.cancel().catch(() => {}); // it is broken or no longer wanted, and says no more than that
  }
}

/** The messages that are there as a whole, without those of no bytes, and what is left behind them. */
function split(bytes: Uint8Array<ArrayBuffer>): { whole: Uint8Array[]; left: Uint8Array<ArrayBuffer> } {
  const whole: Uint8Array[] = [];
  let left = bytes;
  for (let size = sizeOf(left); size !== undefined; size = sizeOf(left)) {
    if (size > 0) whole.push(left.slice(HEAD_BYTES, HEAD_BYTES + size));
    left = left.slice(HEAD_BYTES + size);
  }
  return { whole, left };
}

/** The size of the message that the bytes begin with, once it is there as a whole. */
function sizeOf(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEAD_BYTES) return undefined;
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return bytes.length < HEAD_BYTES + size ? undefined : size;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

async function withinSilence<T>(clock: Clock, part: Promise<T>): Promise<T> {
  const came = new AbortController();
  const silence = clock.sleep(SILENCE_MS, came.signal).then(() => {
    if (!came.signal.aborted) throw new CarillonError("unavailable", `Cannot watch: nothing came for ${SILENCE_MS} ms`);
    return part;
  });
  try {
    return await Promise.race([part, silence]);
  } finally {
    came.abort();
    silence.catch(() => {});
  }
}
