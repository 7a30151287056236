const UNITS = [["d", 864e5], ["h", 36e5], ["m", 6e4], ["s", 1e3]] as const;

/** A time in UTC and how far it is: `2026-01-01T00:00:00Z (in 3m)`; `-` for none. */
export function moment(ms: number | null, nowMs: number): string {
  return ms === null ? "-" : `${utc(ms)} (${distance(ms, nowMs)})`;
}

/** A time in UTC, to the second. */
export function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** How far a time is from now: `in 3m`, `2d ago`, `now`. */
export function distance(ms: number, nowMs: number): string {
  const farMs = Math.abs(ms - nowMs);
  const unit = UNITS.find(([, unitMs]) => farMs >= unitMs);
  if (!unit) return "now";
  const [name, unitMs] = unit;
  const count = `${Math.floor(farMs / unitMs)}${name}`;
  return ms > nowMs ? `in ${count}` : `${count} ago`;
}
