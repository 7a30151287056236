import { invalid, messageOf } from "../runtime/mod.ts";

/** No line of a backup is longer, in characters: a value of 64 KiB in base64 and its key are far below it. */
const LONGEST_LINE = 4 * 1024 * 1024;

/** First two bytes of a gzip file. */
const GZIP = [0x1f, 0x8b];

/** Lines of a text, gzip or not, without their newlines; the last one may lack it. Throws `invalid` for what is no text. */
export async function* linesOf(bytes: ReadableStream<Uint8Array>, name: string): AsyncIterable<string> {
  let rest = "";
  try {
    for await (const text of (await unzipped(bytes)).pipeThrough(decoder())) {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      yield* parts;
      if (rest.length > LONGEST_LINE) throw new Error(`a line is longer than ${LONGEST_LINE} characters`);
    }
  } catch (thrown) {
    throw invalid(`Cannot restore from "${name}": it is damaged or cut off: ${messageOf(thrown)}`);
  }
  if (rest !== "") yield rest;
}

function decoder(): ReadableWritablePair<string, Uint8Array<ArrayBuffer>> {
  return new TextDecoderStream("utf-8", { fatal: true });
}

/** The bytes as they are, or unzipped where they begin as gzip does. */
async function unzipped(bytes: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const reader = bytes.getReader();
  const first = await reader.read();
  const isZipped = GZIP.every((byte, at) => first.value?.[at] === byte);
  const whole = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => void (first.value && controller.enqueue(first.value.slice())),
    async pull(controller) {
      const { value, done } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value.slice());
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return isZipped ? whole.pipeThrough(new DecompressionStream("gzip")) : whole;
}
