import { invalid } from "../runtime/mod.ts";
import { type FieldItem, FIELDS, readItem, readNumber, splitList, valuesOf, writeField } from "./cron_field.ts";
import type { DayRules, MonthDayRule, WeekdayRule } from "./day_rules.ts";

/** A day field taken apart: plain items, special ones, and the field rewritten in numbers. */
interface DayField<Rule> {
  readonly items: readonly FieldItem[];
  readonly rules: readonly Rule[];
  readonly text: string;
}

/** Both day fields, ready to be matched, and rewritten in numbers. */
export interface DayFields {
  readonly days: DayRules;
  readonly monthDayText: string;
  readonly weekdayText: string;
}

/** Reads the day-of-month and day-of-week fields; throws `invalid` with the reason. */
export function readDayFields(monthDayText: string, weekdayText: string, nameSum: number): DayFields {
  const monthDay = readDayField(monthDayText, FIELDS.monthDay, nameSum, readMonthDayRule);
  const weekday = readDayField(weekdayText, FIELDS.weekday, nameSum, readWeekdayRule);
  const days: DayRules = {
    monthDays: bitsOf(valuesOf(monthDay.items, FIELDS.monthDay), 1),
    monthDayRules: monthDay.rules,
    weekdays: bitsOf(valuesOf(weekday.items, FIELDS.weekday), 0),
    weekdayRules: weekday.rules,
    either: isRestricted(monthDay) && isRestricted(weekday),
  };
  return { days, monthDayText: monthDay.text, weekdayText: weekday.text };
}

function readDayField<Rule>(
  text: string,
  field: typeof FIELDS.monthDay | typeof FIELDS.weekday,
  nameSum: number,
  readRule: (item: string, nameSum: number) => Rule | undefined,
): DayField<Rule> {
  const items: FieldItem[] = [], rules: Rule[] = [], texts: string[] = [];
  for (const item of splitList(text, field)) {
    const rule = readRule(item, nameSum);
    if (rule) rules.push(rule);
    else items.push(readItem(item, field, nameSum));
    const plain = items.at(-1);
    texts.push(rule || !plain ? item.toUpperCase() : writeField([plain]));
  }
  return { items, rules, text: texts.includes("*") ? "*" : texts.join(",") };
}

/** Like Dkron: any bare `*` or `?` (also with step 1) leaves the field open, `*\/2` restricts it. */
function isRestricted(field: DayField<unknown>): boolean {
  return !field.items.some((item) => item.star && item.step === 1);
}

function bitsOf(values: readonly number[], base: number): number {
  return values.reduce((bits, value) => bits | 1 << (value - base), 0);
}

/** `L`, `L-3`, `LW`, `WL` or `15W`; undefined for a plain item. */
function readMonthDayRule(item: string, nameSum: number): MonthDayRule | undefined {
  const text = item.toUpperCase();
  if (text === "LW" || text === "WL") return { kind: "last_workday" };
  const [fromLast, days = "0"] = /^L(?:-(\d{1,2}))?$/.exec(text) ?? [];
  if (fromLast !== undefined) {
    if (Number(days) > 30) throw invalid(`day of month "${item}" counts back more than 30 days`);
    return { kind: "before_last", days: Number(days) };
  }
  const [, day] = /^(\d+)W$/.exec(text) ?? [];
  if (day === undefined) return undefined;
  return { kind: "nearest_workday", day: readNumber(day, FIELDS.monthDay, nameSum) };
}

/** `5L` or `FRIL`, `5#2` or `FRI#2`; undefined for a plain item. */
function readWeekdayRule(item: string, nameSum: number): WeekdayRule | undefined {
  const text = item.toUpperCase();
  if (text === "L") throw invalid(`day of week "${item}" needs a day before the L, such as 5L for the last Friday`);
  const [, last] = /^(\w+)L$/.exec(text) ?? [];
  if (last !== undefined) return { kind: "last", weekday: readNumber(last, FIELDS.weekday, nameSum) % 7 };
  const [, day, nth] = /^(\w+)#(\w+)$/.exec(text) ?? [];
  if (day === undefined) return undefined;
  if (!/^[1-5]$/.test(nth ?? "")) throw invalid(`day of week "${item}" needs 1-5 after the #`);
  return { kind: "nth", weekday: readNumber(day, FIELDS.weekday, nameSum) % 7, nth: Number(nth) };
}
