/**
 * Random schedules for tests: each is a text together with what it means for one single wall time, written apart from
 * the code under test.
 * @module
 */
import fc from "fast-check";

/** Part of a cron text, and what it means. */
export interface Part<Subject> {
  readonly text: string;
  readonly matches: (subject: Subject) => boolean;
  /** Names the field's star rule: a bare `*` or `?`. */
  readonly open: boolean;
}

/** One item of a field: a number or a pattern of numbers. */
export function item(min: number, max: number): fc.Arbitrary<Part<number>> {
  const value = fc.integer({ min, max });
  const step = fc.integer({ min: 1, max: max - min + 3 });
  return fc.oneof(
    { weight: 3, arbitrary: value.map((n) => ({ text: `${n}`, matches: (v: number) => v === n, open: false })) },
    fc.tuple(value, value).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
      .chain(([low, high]) =>
        step.map((by) => ({
          text: by === 1 ? `${low}-${high}` : `${low}-${high}/${by}`,
          matches: (v: number) => v >= low && v <= high && (v - low) % by === 0,
          open: false,
        }))
      ),
    step.map((by) => ({ text: `*/${by}`, matches: (v: number) => (v - min) % by === 0, open: by === 1 })),
    fc.tuple(value, step).map(([low, by]) => ({
      text: `${low}/${by}`,
      matches: (v: number) => v >= low && (v - low) % by === 0,
      open: false,
    })),
    fc.constantFrom("*", "?").map((text) => ({ text, matches: () => true, open: true })),
  );
}

/** A list of up to `maxLength` items. */
export function list<Subject>(part: fc.Arbitrary<Part<Subject>>, maxLength = 3): fc.Arbitrary<Part<Subject>> {
  return fc.array(part, { minLength: 1, maxLength }).map((parts) => ({
    text: parts.map((each) => each.text).join(),
    matches: (subject) => parts.some((each) => each.matches(subject)),
    open: parts.some((each) => each.open),
  }));
}

/** A bare `*`, `weight` times as often as `part`. */
export function mostlyStar<Subject>(weight: number, part: fc.Arbitrary<Part<Subject>>): fc.Arbitrary<Part<Subject>> {
  const star = fc.constant<Part<Subject>>({ text: "*", matches: () => true, open: true });
  return fc.oneof({ weight, arbitrary: star }, { weight: 1, arbitrary: part });
}

const plusDays = (date: Date, days: number) => new Date(date.getTime() + days * 864e5);
const isWorkday = (date: Date) => date.getUTCDay() > 0 && date.getUTCDay() < 6;
const sameMonth = (a: Date, b: Date) => a.getUTCMonth() === b.getUTCMonth();

/** The nearest workday of `target`'s month by trying the days around it. */
function isNearestWorkday(date: Date, target: Date): boolean {
  const tries = [0, -1, 1, -2, 2].map((days) => plusDays(target, days));
  const nearest = tries.find((day) => isWorkday(day) && sameMonth(day, target));
  return nearest?.getTime() === date.getTime();
}

/** An item of the day-of-month field. */
export const monthDay: fc.Arbitrary<Part<Date>> = fc.oneof(
  {
    weight: 3,
    arbitrary: item(1, 31).map((part) => ({ ...part, matches: (date: Date) => part.matches(date.getUTCDate()) })),
  },
  fc.integer({ min: 0, max: 30 }).map((n) => ({
    text: n === 0 ? "L" : `L-${n}`,
    matches: (date: Date) => sameMonth(date, plusDays(date, n)) && !sameMonth(date, plusDays(date, n + 1)),
    open: false,
  })),
  fc.constant({
    text: "LW",
    matches: (date: Date) =>
      isWorkday(date) && [1, 2, 3].every((n) => !isWorkday(plusDays(date, n)) || !sameMonth(date, plusDays(date, n))),
    open: false,
  }),
  fc.integer({ min: 1, max: 31 }).map((n) => ({
    text: `${n}W`,
    matches: (date: Date) => {
      const target = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), n));
      return sameMonth(date, target) && isNearestWorkday(date, target);
    },
    open: false,
  })),
);

/** An item of the day-of-week field. */
export const weekday: fc.Arbitrary<Part<Date>> = fc.oneof(
  {
    weight: 3,
    arbitrary: item(0, 6).map((part) => ({ ...part, matches: (date: Date) => part.matches(date.getUTCDay()) })),
  },
  fc.constant({ text: "6-7", matches: (date: Date) => !isWorkday(date), open: false }),
  fc.constant({ text: "tue", matches: (date: Date) => date.getUTCDay() === 2, open: false }),
  fc.integer({ min: 0, max: 7 }).map((n) => ({
    text: `${n}L`,
    matches: (date: Date) => date.getUTCDay() === n % 7 && !sameMonth(date, plusDays(date, 7)),
    open: false,
  })),
  fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 1, max: 5 })).map(([n, nth]) => ({
    text: `${n}#${nth}`,
    matches: (date: Date) => date.getUTCDay() === n % 7 && Math.ceil(date.getUTCDate() / 7) === nth,
    open: false,
  })),
);

/** A whole schedule: six fields, and what they mean for a wall time written as if it were UTC. */
export interface Sample {
  readonly text: string;
  readonly elapsed: boolean;
  matches(wall: Date): boolean;
}

/** The fields that samples are made of. */
export interface Fields {
  second: fc.Arbitrary<Part<number>>;
  minute: fc.Arbitrary<Part<number>>;
  hour: fc.Arbitrary<Part<number>>;
  days: fc.Arbitrary<{ monthDay: Part<Date>; weekday: Part<Date> }>;
  month: fc.Arbitrary<Part<number>>;
}

/** Whether an hour item is `*`, `?`, `*\/n` or the same in other words, with more than one hour a day. */
function isDayPattern(hourItem: string): boolean {
  const [start = "", step = "1"] = hourItem.split("/");
  const isWhole = ["*", "?", "0-23"].includes(start) || (start === "0" && hourItem.includes("/"));
  return isWhole && Number(step) < 24;
}

/** Six fields put together. */
export function sample(fields: Fields): fc.Arbitrary<Sample> {
  return fc.record(fields).map(({ second, minute, hour, days, month }) => {
    const matchesDay = (wall: Date) => {
      const date = new Date(Math.floor(wall.getTime() / 864e5) * 864e5);
      const byDate = days.monthDay.matches(date), byWeekday = days.weekday.matches(date);
      return !days.monthDay.open && !days.weekday.open ? byDate || byWeekday : byDate && byWeekday;
    };
    return {
      text: [second, minute, hour, days.monthDay, month, days.weekday].map((part) => part.text).join(" "),
      elapsed: hour.text.split(",").some(isDayPattern),
      matches: (wall) =>
        second.matches(wall.getUTCSeconds()) && minute.matches(wall.getUTCMinutes()) &&
        hour.matches(wall.getUTCHours()) && month.matches(wall.getUTCMonth() + 1) && matchesDay(wall),
    };
  });
}
