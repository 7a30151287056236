import { invalid } from "../runtime/mod.ts";

/** Bytes of a base64 text. Throws `invalid` for anything else. */
export function decodeBase64(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    throw invalid("Cannot read output: its data is no base64");
  }
}
