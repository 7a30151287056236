declare global {
  interface JSON {
    /** Text that `JSON.stringify` writes as it is: the one way to send an integer above 2^53. Not yet in TypeScript's library. */
    rawJSON(text: string): number;
  }
}

/** An integer from its decimal digits, of any size, that `JSON.stringify` writes as a plain JSON number. */
export function jsonInteger(digits: string): number {
  return JSON.rawJSON(digits);
}
