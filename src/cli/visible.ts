/** Characters that move the cursor, colour, or turn the order of others around. */
const DANGEROUS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** A text from elsewhere as a terminal may show it on one line: control characters are written as `\x1b` or `\u202e`. */
export function visible(text: string): string {
  return text.replace(DANGEROUS, escaped);
}

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
}
