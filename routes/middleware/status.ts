import type { ErrorCode } from "../../src/runtime/mod.ts";

/** The HTTP status of each error code. Dkron answers 404 to every run or delete that it refuses; so do we where it would. */
export const STATUS_OF = {
  invalid: 400,
  not_found: 404,
  overlap: 409,
  disabled: 404,
  has_dependents: 404,
  cycle: 400,
  stale: 412,
  too_large: 413,
  too_many: 429,
  paused: 503,
  unauthorized: 401,
  forbidden: 403,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;
