/**
 * The first answer of `look` that is neither false nor undefined nor thrown, looking again each few milliseconds.
 * Throws the last reason after `withinMs` milliseconds of real time.
 */
export async function eventually<T>(
  look: () => T | Promise<T>,
  options: { withinMs?: number; what?: string } = {},
): Promise<Exclude<T, false | undefined>> {
  const { withinMs = 5_000, what = "what the test waits for" } = options;
  const untilMs = performance.now() + withinMs;
  let reason: unknown;
  do {
    try {
      const answer = await look();
      if (isThere(answer)) return answer;
      reason = undefined;
    } catch (thrown) {
      reason = thrown;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  } while (performance.now() < untilMs);
  throw new Error(`Cannot see ${what} within ${withinMs} ms`, { cause: reason });
}

function isThere<T>(answer: T): answer is Exclude<T, false | undefined> {
  return answer !== false && answer !== undefined;
}
