import { z } from "zod";
import type { Log, LogFields, LogLevel } from "../runtime/mod.ts";

/** One line of etcd's own log, in our terms. */
export interface EtcdLine {
  level: LogLevel;
  msg: string;
  fields: LogFields;
}

/** How long a message that comes again and again is kept to itself, in milliseconds. */
const QUIET_MS = 10_000;

/** How many of the last lines are remembered, to say why etcd ended. */
const REMEMBERED = 30;

const zapLine = z.looseObject({ level: z.string(), msg: z.string() });

/** etcd tells its daily life at `info`; for a server that is detail. */
const ZAP_LEVELS: Readonly<Record<string, LogLevel>> = { debug: "debug", info: "debug", warn: "warn" };

/** Levels of the older form, which etcd 3.4 still uses for its first lines: `2026-01-02 03:04:05.6 W | etcdmain: …`. */
const OLD_LEVELS: Readonly<Record<string, LogLevel>> = { D: "debug", I: "debug", N: "debug", W: "warn" };

/** Reads a line of etcd's log: JSON, the older form, or, after a panic, anything. */
export function readEtcdLine(line: string): EtcdLine {
  const json = zapLine.safeParse(parseJson(line));
  if (json.success) {
    const { level, msg, ts: _ts, caller: _caller, stacktrace: _stack, ...fields } = json.data;
    return { level: ZAP_LEVELS[level] ?? "error", msg, fields };
  }
  const old = /^\d{4}[-/]\d\d[-/]\d\d [\d:.]+ ([A-Z]) \| (.*)$/.exec(line);
  if (old) return { level: OLD_LEVELS[old[1] ?? ""] ?? "error", msg: old[2] ?? "", fields: {} };
  return { level: "warn", msg: line, fields: {} };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Passes etcd's log on to ours, says what repeats only once in 10 s, and remembers the last lines. */
export class EtcdLog {
  readonly #log: Log;
  readonly #now: () => number;
  readonly #said = new Map<string, { atMs: number; repeats: number }>();
  #last: EtcdLine[] = [];

  /** `now` is monotonic, in milliseconds. */
  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** The last lines, oldest first. */
  get last(): readonly EtcdLine[] {
    return this.#last;
  }

  /** Reads until the stream ends. */
  async read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#take(line);
    }
    this.#take(rest);
  }

  #take(line: string): void {
    if (line.trim() === "") return;
    const read = readEtcdLine(line);
    this.#last = [...this.#last.slice(1 - REMEMBERED), read];
    const key = `${read.level} ${read.msg}`;
    const said = this.#said.get(key);
    if (said && this.#now() - said.atMs < QUIET_MS) {
      said.repeats++;
      return;
    }
    if (this.#said.size > 1_000) this.#said.clear();
    this.#said.set(key, { atMs: this.#now(), repeats: 0 });
    const repeated = said && said.repeats > 0 ? { repeated: said.repeats } : {};
    this.#log[read.level](`etcd: ${read.msg}`, { ...read.fields, ...repeated });
  }
}
