/** How much a log line matters; lines below the logger's level are dropped. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = typeof LOG_LEVELS[number];

/** Extra facts of a log line, camelCase. */
export type LogFields = Record<string, unknown>;

/** Writes log lines; `with` makes a logger that adds fields to each line. */
export interface Log {
  debug(msg: string, fields?: LogFields): void;
  info(msg: string, fields?: LogFields): void;
  warn(msg: string, fields?: LogFields): void;
  error(msg: string, fields?: LogFields): void;
  with(fields: LogFields): Log;
}

/** Where log lines go and how they look. `write` gets one line, without its newline. */
export interface LogOptions {
  level: LogLevel;
  format: "text" | "json";
  now: () => number;
  write: (line: string) => void;
}

/** A logger that writes text (`time level msg key=value`) or JSON {time, level, msg, …} lines. */
export function createLog(options: LogOptions, fields: LogFields = {}): Log {
  const at = (level: LogLevel) => (msg: string, more: LogFields = {}) => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(options.level)) return;
    const time = new Date(options.now()).toISOString();
    options.write(formatLine(options.format, { time, level, msg, ...fields, ...more }));
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (more) => createLog(options, { ...fields, ...more }),
  };
}

/** A logger that drops everything. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  with: () => silentLog,
};

/** Errors become their message (with their causes); other values pass as they are. */
function plain(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return value.cause === undefined ? value.message : `${value.message} (cause: ${plain(value.cause)})`;
}

function formatLine(format: "text" | "json", line: LogFields): string {
  const entries = Object.entries(line).filter(([, value]) => value !== undefined).map(([key, value]) =>
    [key, plain(value)] as const
  );
  if (format === "json") return JSON.stringify(Object.fromEntries(entries));
  const { time, level, msg } = line;
  const rest = entries.slice(3).map(([key, value]) => ` ${key}=${quoted(value)}`);
  return `${time} ${String(level).toUpperCase().padEnd(5)} ${msg}${rest.join("")}`;
}

function quoted(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
