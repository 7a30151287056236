/** Go's zero time: what v1 writes where there is no time. */
export const ZERO_TIME = "0001-01-01T00:00:00Z";

const MINUTE_ONLY = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/;
const FULL = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** The years that RFC 3339 can write; an offset may take a time beyond them. */
const FIRST_MS = Date.parse("0000-01-01T00:00:00Z"), LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");

/** RFC 3339 in Z of epoch milliseconds, without a fraction that is zero, as Go writes it. */
export function rfc3339(ms: number): string {
  const text = new Date(ms).toISOString();
  return text.endsWith(".000Z") ? `${text.slice(0, 19)}Z` : text;
}

/** The same, null for null. */
export function rfc3339OrNull(ms: number | null): string | null {
  return ms === null ? null : rfc3339(ms);
}

/** The same, Go's zero time for null. */
export function rfc3339OrZero(ms: number | null): string {
  return ms === null ? ZERO_TIME : rfc3339(ms);
}

/** Epoch milliseconds of an RFC 3339 time, or of `YYYY-MM-DDTHH:MM` in UTC; undefined when it is neither, or no real date. */
export function readTime(text: string): number | undefined {
  const full = MINUTE_ONLY.test(text) ? `${text}:00Z` : text;
  if (!FULL.test(full)) return undefined;
  const ms = Date.parse(full.toUpperCase());
  const midnight = Date.parse(`${full.slice(0, 10)}T00:00:00Z`);
  const realDate = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(full.slice(0, 10));
  return realDate && ms >= FIRST_MS && ms <= LAST_MS ? ms : undefined;
}

/** The same for times that this system wrote: null for null, absent and Go's zero time. */
export function readTimeOrNull(text: string | null | undefined): number | null {
  if (text === null || text === undefined || text === ZERO_TIME) return null;
  return readTime(text) ?? null;
}
