/** The days that a cron schedule's day-of-month and day-of-week fields select, month by month. */
export interface DayRules {
  /** Plain days of the month: bit `d - 1` stands for day `d`. */
  readonly monthDays: number;
  readonly monthDayRules: readonly MonthDayRule[];
  /** Plain days of the week: bit 0 stands for Sunday. */
  readonly weekdays: number;
  readonly weekdayRules: readonly WeekdayRule[];
  /** True when both fields are restricted: a day that matches one of them is enough. */
  readonly either: boolean;
}

/** A day of the month that depends on the month: `L`, `L-3`, `LW`, `15W`. */
export type MonthDayRule =
  | { readonly kind: "before_last"; readonly days: number }
  | { readonly kind: "last_workday" }
  | { readonly kind: "nearest_workday"; readonly day: number };

/** A day of the week that comes once a month: `5#2` (the second Friday), `5L` (the last one). */
export type WeekdayRule =
  | { readonly kind: "nth"; readonly weekday: number; readonly nth: number }
  | { readonly kind: "last"; readonly weekday: number };

/** What of a month the rules need to know. */
interface Month {
  /** Number of its days. */
  readonly length: number;
  /** Weekday of its first day, 0 = Sunday. */
  readonly firstWeekday: number;
}

/** For each weekday of the first: the days of a 31-day month that are Sundays, as bits. */
const SUNDAYS = Array.from({ length: 7 }, (_, first) => {
  let bits = 0;
  for (let day = 1 + (7 - first) % 7; day <= 31; day += 7) bits |= 1 << (day - 1);
  return bits;
});

/** The days of a month that match, bit `d - 1` for day `d`; `month` is 1–12. */
export function matchingDays(rules: DayRules, year: number, month: number): number {
  const firstMs = Date.UTC(year, month - 1, 1);
  const shape = { length: monthLength(year, month), firstWeekday: (firstMs / 864e5 + 4) % 7 };
  let byDate = rules.monthDays;
  for (const rule of rules.monthDayRules) byDate |= dayBit(monthDay(rule, shape));
  let byWeekday = rules.weekdays === 0x7f ? 0x7fffffff : 0;
  for (let weekday = 0; weekday < 7 && byWeekday !== 0x7fffffff; weekday++) {
    if (rules.weekdays & 1 << weekday) byWeekday |= SUNDAYS[(shape.firstWeekday + 7 - weekday) % 7] ?? 0;
  }
  for (const rule of rules.weekdayRules) byWeekday |= dayBit(weekday(rule, shape));
  const days = rules.either ? byDate | byWeekday : byDate & byWeekday;
  return days & (0x7fffffff >>> (31 - shape.length));
}

function monthLength(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** No bit for a day that the month does not have. */
function dayBit(day: number): number {
  return day >= 1 && day <= 31 ? 1 << (day - 1) : 0;
}

function monthDay(rule: MonthDayRule, month: Month): number {
  switch (rule.kind) {
    case "before_last":
      return month.length - rule.days;
    case "last_workday":
      return nearestWorkday(month.length, month);
    case "nearest_workday":
      return rule.day > month.length ? 0 : nearestWorkday(rule.day, month);
    default:
      return rule satisfies never;
  }
}

/** The Monday to Friday nearest to `day`, never in another month. */
function nearestWorkday(day: number, month: Month): number {
  const weekday = (month.firstWeekday + day - 1) % 7;
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === month.length ? day - 2 : day + 1;
  return day;
}

function weekday(rule: WeekdayRule, month: Month): number {
  const first = 1 + (7 + rule.weekday - month.firstWeekday) % 7;
  switch (rule.kind) {
    case "nth":
      return first + 7 * (rule.nth - 1);
    case "last":
      return first + 7 * Math.floor((month.length - first) / 7);
    default:
      return rule satisfies never;
  }
}
