import type { StateOnWire } from "../../routes/wire/execution_answer.ts";
import { readEndAnswer } from "../../routes/wire/read_answer.ts";

/** A piece of live output. `id` is what to go on after; pieces come in order. */
export type OutputPiece =
  | { kind: "bytes"; id: number; data: Uint8Array }
  | { kind: "skipped"; bytes: number }
  | { kind: "end"; id: number; state: StateOnWire; exitCode: number | null; reason: string | null };

/** The pieces in a stream of server-sent events, until it ends. */
export async function* readOutputEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<OutputPiece> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const piece = readBlock(block);
      if (piece) yield piece;
    }
  }
}

function readBlock(block: string): OutputPiece | undefined {
  const fields = { id: "", event: "" };
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, name, value = ""] = /^(id|event|data): ?(.*)$/s.exec(line) ?? [];
    if (name === "data") data.push(value);
    else if (name === "id" || name === "event") fields[name] = value;
  }
  return toPiece(fields.event, Number(fields.id), data.join("\n"));
}

function toPiece(event: string, id: number, data: string): OutputPiece | undefined {
  switch (event) {
    case "output":
      return { kind: "bytes", id, data: new TextEncoder().encode(data) };
    case "output64":
      return { kind: "bytes", id, data: Uint8Array.fromBase64(data) };
    case "skipped":
      return { kind: "skipped", bytes: Number(data) };
    case "end":
      return { kind: "end", id, ...readEndAnswer(JSON.parse(data)) };
    default:
      return undefined;
  }
}
