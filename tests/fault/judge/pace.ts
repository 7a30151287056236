/** Jobs read or written at a time. */
export const AT_ONCE = 8;

/** Waits so many milliseconds, or none when they are over. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
