/** One bad field of something that came from outside: `path` is dotted (`retry.delay`), empty for the whole. */
export interface Issue {
  path: string;
  message: string;
}

/** Every code an error answer can carry; the HTTP status of each stands in one table at the HTTP edge. */
export type ErrorCode =
  | "invalid"
  | "not_found"
  | "overlap"
  | "disabled"
  | "has_dependents"
  | "cycle"
  | "stale"
  | "too_large"
  | "too_many"
  | "paused"
  | "unauthorized"
  | "forbidden"
  | "unavailable"
  | "internal";

/** An error with a code from a closed set. Messages read: Cannot <do what> "<which>": <reason>. */
export class CarillonError extends Error {
  override name = "CarillonError";
  readonly code: ErrorCode;
  readonly issues: readonly Issue[];
  /** After how many milliseconds it may be tried again; undefined where nobody can tell. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { issues?: readonly Issue[]; cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.issues = options.issues ?? [];
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The bad input of a request or file: one message, and an issue for each bad field. */
export function invalid(message: string, issues: readonly Issue[] = []): CarillonError {
  return new CarillonError("invalid", message, { issues });
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
