/** Shorter values are not looked for: they would be found everywhere. */
const LEAST = 4;

const encoder = new TextEncoder();

/** The bytes that a secret may show as: itself, its lines, as JSON or in an address writes it, and as base64 anywhere in a longer text. */
export function formsOf(secret: string): Uint8Array[] {
  const lines = secret.split(/\r?\n/);
  const texts = [secret, ...lines, ...lines.map((line) => line.trim())].filter((text) => text.length >= LEAST);
  const written = texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)]);
  const forms = new Set([...written, ...(secret.length >= LEAST ? base64FormsOf(encoder.encode(secret)) : [])]);
  return [...forms].map((form) => encoder.encode(form));
}

/** As it is by itself, and what of it stays the same whatever stands before and behind it, in both alphabets. */
function base64FormsOf(bytes: Uint8Array): string[] {
  return (["base64", "base64url"] as const).flatMap((alphabet) => {
    const inside = [0, 1, 2].map((before) => {
      const shifted = new Uint8Array(before + bytes.length);
      shifted.set(bytes, before);
      // A digit stands for 6 bits: those that hold bits of other bytes are cut off.
      const [from, to] = [Math.ceil(before * 8 / 6), Math.floor(shifted.length * 8 / 6)];
      return shifted.toBase64({ alphabet, omitPadding: true }).slice(from, to);
    });
    return [bytes.toBase64({ alphabet }), bytes.toBase64({ alphabet, omitPadding: true }), ...inside];
  }).filter((form) => form.length >= LEAST);
}
