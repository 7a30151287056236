import { invalid } from "./errors.ts";

const UNIT_MS: Record<string, number> = { ns: 1e-6, us: 1e-3, "µs": 1e-3, "μs": 1e-3, ms: 1, s: 1e3, m: 6e4, h: 36e5 };

/**
 * Milliseconds of a Go duration string (`1h30m`, `1.5s`, `250ms`, `0`), as Go's `time.ParseDuration` reads it.
 * Fractions of a millisecond are kept. Throws `invalid` for anything else, negative durations included.
 *
 * @example
 * ```ts
 * import { parseDuration } from "./duration.ts";
 * parseDuration("1m30s"); // 90_000
 * ```
 */
export function parseDuration(text: string): number {
  if (text === "0") return 0;
  // A digit must fit one place of the pattern only: where it fits two, a long row of them takes quadratic time.
  const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;
  let totalMs = 0;
  let end = 0;
  for (let match = part.exec(text); match; match = part.exec(text)) {
    totalMs += Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? NaN);
    end = part.lastIndex;
  }
  if (end === 0 || end !== text.length || !Number.isFinite(totalMs)) {
    throw invalid(`Cannot read duration "${text}": write it like 1h30m, 90s or 500ms`);
  }
  return totalMs;
}

/** A Go duration string of milliseconds: `1m30s`, `500ms`, `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 36e5);
  const minutes = Math.floor(ms % 36e5 / 6e4);
  const seconds = ms % 6e4 / 1000;
  return (hours ? `${hours}h` : "") + (hours || minutes ? `${minutes}m` : "") + `${seconds}s`;
}
