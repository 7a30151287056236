import { invalid } from "../runtime/mod.ts";

/** What one field of a cron text may hold. */
export interface FieldRule {
  /** How messages call it. */
  readonly label: string;
  readonly min: number;
  /** Where `*` and `n/step` end. */
  readonly max: number;
  /** The highest number that may be written, where that is more than `max`: 7 for Sunday. */
  readonly highest?: number;
  /** Words for numbers, upper case: `names[i]` stands for `min + i`. */
  readonly names?: readonly string[];
  /** The value of `~`; absent where `~` has no meaning. */
  readonly hashed?: (nameSum: number) => number;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** The fields in the order of a text with all seven. The values of `~` are Dkron's. */
export const FIELDS = {
  second: { label: "second", min: 0, max: 59, hashed: (sum) => sum % 60 },
  minute: { label: "minute", min: 0, max: 59, hashed: (sum) => sum % 60 },
  hour: { label: "hour", min: 0, max: 23, hashed: (sum) => sum % 24 },
  monthDay: { label: "day of month", min: 1, max: 31, hashed: (sum) => sum % 28 + 1 },
  month: { label: "month", min: 1, max: 12, names: MONTHS, hashed: (sum) => sum % 12 + 1 },
  weekday: { label: "day of week", min: 0, max: 6, highest: 7, names: WEEKDAYS, hashed: (sum) => sum % 7 },
  year: { label: "year", min: 1970, max: 9999 },
} satisfies Record<string, FieldRule>;

/** One item of a field's list: every `step`-th value of [from, to]. */
export interface FieldItem {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  /** Written with `*` or `?`. */
  readonly star: boolean;
}

/** The values of a field: ascending, each once. */
export function valuesOf(items: readonly FieldItem[], rule: FieldRule): number[] {
  const values = new Set<number>();
  for (const item of items) {
    for (let value = item.from; value <= item.to; value += item.step) {
      // Sunday may be written as 7.
      values.add(rule.highest !== undefined && value === rule.highest ? rule.min : value);
    }
  }
  return [...values].sort((a, b) => a - b);
}

/** Reads a whole field: a list of items without the special words of the day fields. */
export function readField(text: string, rule: FieldRule, nameSum: number): FieldItem[] {
  return splitList(text, rule).map((item) => readItem(item, rule, nameSum));
}

/** The items of a list; throws `invalid` for an empty one. */
export function splitList(text: string, rule: FieldRule): string[] {
  const items = text.split(",");
  if (items.includes("")) throw invalid(`${rule.label} "${text}" has an empty item in its list`);
  return items;
}

/** Reads `*`, `?`, `~`, a number or name, or a range of them, each with an optional step. */
export function readItem(text: string, rule: FieldRule, nameSum: number): FieldItem {
  const [, start = "", end, stepText] = /^([*?~]|\w+)(?:-(~|\w+))?(?:\/(\w+))?$/.exec(text) ?? [];
  const star = start === "*" || start === "?";
  if (start === "" || (star && end !== undefined)) {
    throw invalid(`${rule.label} "${text}" is neither *, a number, a range nor a step`);
  }
  const step = stepText === undefined ? 1 : readStep(stepText, text, rule);
  if (star) return { from: rule.min, to: rule.max, step, star };
  const from = readNumber(start, rule, nameSum);
  if (end === undefined) return { from, to: stepText === undefined ? from : Math.max(from, rule.max), step, star };
  const to = readNumber(end, rule, nameSum);
  if (to < from) throw invalid(`${rule.label} "${text}" runs backwards: write it as a list of two ranges`);
  return { from, to, step, star };
}

function readStep(digits: string, text: string, rule: FieldRule): number {
  const step = /^\d{1,9}$/.test(digits) ? Number(digits) : 0;
  if (step < 1) throw invalid(`${rule.label} "${text}" needs a step of at least 1`);
  return step;
}

/** Reads a number, a name or `~`; throws `invalid` outside of the field's bounds. */
export function readNumber(text: string, rule: FieldRule, nameSum: number): number {
  if (text === "~") {
    if (!rule.hashed) throw invalid(`${rule.label} "~" has no meaning: write the number`);
    return rule.hashed(nameSum);
  }
  const named = rule.names?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return rule.min + named;
  const highest = rule.highest ?? rule.max;
  const bounds = `${rule.min}-${highest}${rule.names ? ` or ${rule.names[0]}-${rule.names.at(-1)}` : ""}`;
  if (!/^\d{1,9}$/.test(text)) throw invalid(`${rule.label} "${text}" is not a number within ${bounds}`);
  const value = Number(text);
  if (value < rule.min || value > highest) throw invalid(`${rule.label} ${value} is not within ${bounds}`);
  return value;
}

/** The items written plainly, for words: numbers only, `*` for any value, no step that is never taken. */
export function writeField(items: readonly FieldItem[]): string {
  if (items.some((item) => item.star && item.step === 1)) return "*";
  return items.map((item) => {
    if (item.from + item.step > item.to) return String(item.from);
    const range = item.star ? "*" : `${item.from}-${item.to}`;
    return item.step === 1 ? range : `${range}/${item.step}`;
  }).join(",");
}
