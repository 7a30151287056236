import type { Context } from "hono";
import { CarillonError, invalid, messageOf } from "../src/runtime/mod.ts";

/** Largest body of most requests, in bytes. */
export const MAX_BODY_BYTES = 1 << 20;
/** Largest file to restore, in bytes. */
export const MAX_RESTORE_BYTES = 32 << 20;
/** Largest body from an agent, in bytes. */
export const MAX_AGENT_BYTES = 16 << 20;

/** A body parsed as JSON, whatever its content type says; undefined for an empty one. Throws `invalid` and `too_large`. */
export async function readJson(context: Context, maxBytes: number): Promise<unknown> {
  const bytes = await readBytes(context.req.raw, maxBytes);
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (thrown) {
    throw invalid(`Unable to parse payload: ${parseProblem(thrown)}`, [{ path: "", message: parseProblem(thrown) }]);
  }
}

/** The bytes of a body. Throws `too_large`, before reading where its length is told, and `invalid` when it breaks off. */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readAtMost(request, maxBytes);
  } catch (thrown) {
    if (thrown instanceof CarillonError) throw thrown;
    throw new CarillonError("invalid", `Cannot read body: ${messageOf(thrown)}`, { cause: thrown });
  }
}

async function readAtMost(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const told = request.headers.get("content-length");
  if (told !== null) {
    if (Number(told) > maxBytes) throw tooLarge(maxBytes);
    return new Uint8Array(await request.arrayBuffer());
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function tooLarge(maxBytes: number): CarillonError {
  return new CarillonError("too_large", `Cannot read body: it has more than ${maxBytes} bytes`);
}

function parseProblem(thrown: unknown): string {
  return thrown instanceof TypeError ? "the body is not UTF-8" : messageOf(thrown);
}
