/** The value below which a share `p` of the values lies; NaN of none. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? NaN;
}

/** `p50 (p99)` in milliseconds, as the table shows it. */
export function p50p99(values: readonly number[]): { p50: number; p99: number; text: string } {
  const p50 = percentile(values, 0.5);
  const p99 = percentile(values, 0.99);
  return { p50, p99, text: `${short(p50)} (${short(p99)}) ms` };
}

/** A number with as many digits as one reads. */
export function short(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return String(Math.abs(value) >= 10 ? Math.round(value * 10) / 10 : Math.round(value * 100) / 100);
}

/** Resolves after a time of the measurement itself. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
