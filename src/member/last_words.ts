import { CarillonError } from "../runtime/mod.ts";
import type { EtcdLine } from "./etcd_log.ts";
import { cannotListen } from "./greeter.ts";

/** Why etcd ended. */
export interface Ending {
  error: CarillonError;
  /** True where another try cannot help before someone has changed something. */
  final: boolean;
}

/** What etcd says at the end, and what that means for whoever runs it. */
const KNOWN: readonly { words: RegExp; means: (dir: string) => string }[] = [
  {
    words: /permanently removed/,
    means: (dir) =>
      `it was removed from the cluster, by a replacement perhaps; to join anew, move ${dir} away and start again: ` +
      "the data come from the others",
  },
  {
    words:
      /crc mismatch|walpb:|wal: (?:crc|file not found)|snap: |database file .* corrupt|invalid database|\bpanic\b.*page /,
    means: (dir) =>
      `its data are damaged; with a majority of the others running, move ${dir} away and start again: ` +
      "the data come from the others",
  },
  { words: /permission denied|read-only file system/, means: (dir) => `its data in ${dir} cannot be written` },
  { words: /flag provided but not defined|unknown flag/, means: () => "this etcd does not know an option" },
];

/** Explains an end by the last lines of etcd's log. `code` is its exit code. */
export function explainEnd(name: string, dir: string, code: number, lines: readonly EtcdLine[]): Ending {
  const texts = lines.map(textOf);
  for (const text of texts) {
    const taken = /listen tcp6? ([^ ]+): bind: (.*)$/.exec(text);
    if (taken) return { error: cannotListen(name, taken[1] ?? "", taken[2] ?? ""), final: true };
  }
  for (const { words, means } of KNOWN) {
    const said = texts.findLast((text) => words.test(text));
    if (said !== undefined) return { error: ended(name, `${means(dir)} (etcd says: ${said})`), final: true };
  }
  const last = lines.findLast(({ level }) => level === "error") ?? lines.at(-1);
  return { error: ended(name, `exit code ${code}${last ? `, and it says: ${textOf(last)}` : ""}`), final: false };
}

function ended(name: string, reason: string): CarillonError {
  return new CarillonError("unavailable", `Cannot keep etcd member "${name}" running: ${reason}`);
}

function textOf({ msg, fields }: EtcdLine): string {
  return typeof fields.error === "string" ? `${msg}: ${fields.error}` : msg;
}
