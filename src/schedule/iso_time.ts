import { invalid } from "../runtime/mod.ts";
import { LAST_MS } from "./schedule.ts";

const RFC_3339 = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:[.,]\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const PERIOD = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Years of 365 days and months of 30 days, as Dkron counts them; in the order of the pattern's groups. */
const PERIOD_UNITS_MS = [365 * 864e5, 30 * 864e5, 864e5, 36e5, 6e4, 1e3];

/** Epoch milliseconds of an RFC 3339 time with seconds and offset; throws `invalid` for any other text. */
export function readInstant(text: string): number {
  const [match, date = ""] = RFC_3339.exec(text) ?? [];
  const ms = match === undefined ? NaN : Date.parse(text.replace(",", "."));
  if (Number.isNaN(ms) || !isDate(date)) throw invalid(`time "${text}" must be written like 2030-01-02T03:04:05Z`);
  if (ms < 0 || ms > LAST_MS) throw invalid(`time "${text}" is not within the years 1970 to 9999`);
  return ms;
}

/** Date.parse turns the 30th of February into a day of March. */
function isDate(date: string): boolean {
  const dayMs = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(dayMs) && new Date(dayMs).toISOString().startsWith(date);
}

/** Milliseconds of an ISO 8601 period such as `PT5M` or `P1DT12H`; throws `invalid` for any other text, and for zero. */
export function readIsoPeriod(text: string): number {
  const match = PERIOD.exec(text);
  const ms = (match?.slice(1) ?? []).reduce((sum, part, i) => sum + Number(part ?? 0) * (PERIOD_UNITS_MS[i] ?? 0), 0);
  if (!match || text.endsWith("T") || !(ms > 0)) {
    throw invalid(`window "${text}" must be a period such as PT5M or P1DT12H`);
  }
  if (ms > LAST_MS) throw invalid(`window "${text}" is too long`);
  return Math.floor(ms);
}
