const STRING_MARK = 0x02;
const END_MARK = 0x00;

/** The first parts of the store's keys, as the table of keys names them. */
const PARTS = [
  "schema",
  "lease",
  "fence",
  "job",
  "rev",
  "due",
  "cursor",
  "backlog",
  "gap",
  "gate",
  "group",
  "exec",
  "q",
  "held",
  "running",
  "taken",
  "stat",
  "ended",
  "out",
  "selector",
  "node",
  "beats",
  "effect",
  "feed",
  "slot",
] as const;

/** Which kinds of keys the bytes of a request name: keys travel as they are, whatever is around them. */
export function firstParts(bytes: Uint8Array): string[] {
  const text = new TextDecoder("latin1").decode(bytes);
  const mark = String.fromCharCode(STRING_MARK), end = String.fromCharCode(END_MARK);
  return PARTS.filter((part) => text.includes(`${mark}${part}${end}`));
}
