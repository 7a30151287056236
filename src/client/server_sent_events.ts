/** One event of a stream of server-sent events; what it does not say is empty. */
export interface ServerSentEvent {
  id: string;
  event: string;
  data: string;
}

/** The events in a stream (WHATWG HTML, "Server-sent events"), until it ends. */
export async function* readServerSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  const reader = body.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const blocks = (rest + decoder.decode(read.value, { stream: true })).split("\n\n");
      rest = blocks.pop() ?? "";
      yield* blocks.map(readBlock);
    }
  } finally {
    await reader.cancel().catch(() => {}); // it has failed already, and whoever reads has been told
  }
}

function readBlock(block: string): ServerSentEvent {
  const fields = { id: "", event: "" };
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, name, value = ""] = /^(id|event|data): ?(.*)$/s.exec(line) ?? [];
    if (name === "data") data.push(value);
    else if (name === "id" || name === "event") fields[name] = value;
  }
  return { ...fields, data: data.join("\n") };
}
