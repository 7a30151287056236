import type { ErrorCode } from "../runtime/mod.ts";

/** What a command's exit code says. */
export const EXIT = { ok: 0, failure: 1, usage: 2, notFound: 3, refused: 4 } as const;

/** Exit codes as the help explains them. */
export const EXIT_CODES_IN_WORDS = `Exit codes:
  0  done
  1  failed: the run did not succeed, the server cannot be reached, some jobs of a file were not stored
  2  the command line, a setting or what was sent is wrong
  3  there is no such job or execution
  4  refused as things stand: overlap, disabled, dependents, stale, paused, not allowed
130, 143  ended by a second SIGINT or SIGTERM`;

/** The exit code of each error code. */
export const EXIT_OF = {
  invalid: EXIT.usage,
  not_found: EXIT.notFound,
  overlap: EXIT.refused,
  disabled: EXIT.refused,
  has_dependents: EXIT.refused,
  cycle: EXIT.usage,
  stale: EXIT.refused,
  too_large: EXIT.usage,
  too_many: EXIT.refused,
  paused: EXIT.refused,
  unauthorized: EXIT.refused,
  forbidden: EXIT.refused,
  unavailable: EXIT.failure,
  internal: EXIT.failure,
} as const satisfies Record<ErrorCode, number>;
