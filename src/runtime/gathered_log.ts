import type { Clock } from "./clock.ts";
import type { Log, LogFields } from "./log.ts";

/** Lines that are alike are told once in so long, in milliseconds. */
const PERIOD_MS = 10_000;

/** Lines of one shape since the last that was written. */
interface Alike {
  level: "warn" | "error";
  /** How many were not written. */
  left: number;
  /** The last of them. */
  msg: string;
  fields: LogFields | undefined;
}

/**
 * A logger for what fails once a run when a store does not answer: of warnings and errors that say the same of other things,
 * the first is written at once and the rest as one line a period, the last of them with their count. Names in quotes and
 * words with digits in them do not make lines different.
 */
export class GatheredLog implements Log {
  readonly #log: Log;
  readonly #clock: Clock;
  #alike = new Map<string, Alike>();

  constructor({ log, clock }: { log: Log; clock: Clock }) {
    this.#log = log;
    this.#clock = clock;
  }

  debug(msg: string, fields?: LogFields): void {
    this.#log.debug(msg, fields);
  }

  info(msg: string, fields?: LogFields): void {
    this.#log.info(msg, fields);
  }

  warn(msg: string, fields?: LogFields): void {
    this.#gather("warn", msg, fields);
  }

  error(msg: string, fields?: LogFields): void {
    this.#gather("error", msg, fields);
  }

  with(more: LogFields): Log {
    return {
      debug: (msg, fields) => this.debug(msg, { ...more, ...fields }),
      info: (msg, fields) => this.info(msg, { ...more, ...fields }),
      warn: (msg, fields) => this.warn(msg, { ...more, ...fields }),
      error: (msg, fields) => this.error(msg, { ...more, ...fields }),
      with: (fields) => this.with({ ...more, ...fields }),
    };
  }

  /** Writes what was left out, once a period until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#clock.sleep(PERIOD_MS, signal);
      this.flush();
    }
  }

  /** Writes what was left out. A shape that has not come again is forgotten: its next line is written at once. */
  flush(): void {
    const before = this.#alike;
    this.#alike = new Map();
    for (const [shape, { level, left, msg, fields }] of before) {
      if (left === 0) continue;
      this.#log[level](`${msg} (${left} like this in the last ${PERIOD_MS / 1000} s)`, fields);
      this.#alike.set(shape, { level, left: 0, msg, fields });
    }
  }

  #gather(level: Alike["level"], msg: string, fields: LogFields | undefined): void {
    const shape = `${level} ${shapeOf(msg)}`;
    const alike = this.#alike.get(shape);
    this.#alike.set(shape, { level, left: alike === undefined ? 0 : alike.left + 1, msg, fields });
    if (alike === undefined) this.#log[level](msg, fields);
  }
}

/** A line without what differs from thing to thing: names, ids, numbers. */
function shapeOf(msg: string): string {
  return msg.replace(/"[^"]*"/g, '"…"').replace(/\S*\d\S*/g, "…");
}
