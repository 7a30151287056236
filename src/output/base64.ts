/** Bytes of a base64 text. Throws a SyntaxError for anything else. */
export function decodeBase64(text: string): Uint8Array {
  return Uint8Array.fromBase64(text);
}
