/**
 * Matching times on a clock that never changes its offset. A *wall time* is what the clock on the wall shows,
 * written as the milliseconds that UTC would need to show it.
 * @module
 */
import { matchingDays } from "./day_rules.ts";
import { type CronSchedule, FIRST_YEAR, LAST_MS, LAST_YEAR } from "./schedule.ts";

const DAY_SECONDS = 86_400;

/** The first matching wall time strictly after `afterMs`. */
export function nextWall(cron: CronSchedule, afterMs: number): number | undefined {
  if (afterMs >= LAST_MS) return undefined;
  const second = Math.max(0, Math.floor(afterMs / 1000) + 1);
  const day = Math.floor(second / DAY_SECONDS);
  let matching = firstDayFrom(cron, day);
  if (matching === day) {
    const time = firstTimeFrom(cron, second - day * DAY_SECONDS);
    if (time !== undefined) return (day * DAY_SECONDS + time) * 1000;
    matching = firstDayFrom(cron, day + 1);
  }
  const time = firstTimeFrom(cron, 0);
  return matching === undefined || time === undefined ? undefined : (matching * DAY_SECONDS + time) * 1000;
}

/** The last matching wall time at or before `untilMs`. */
export function previousWall(cron: CronSchedule, untilMs: number): number | undefined {
  if (untilMs < 0) return undefined;
  const second = Math.floor(Math.min(untilMs, LAST_MS) / 1000);
  const day = Math.floor(second / DAY_SECONDS);
  let matching = lastDayUntil(cron, day);
  if (matching === day) {
    const time = lastTimeUntil(cron, second - day * DAY_SECONDS);
    if (time !== undefined) return (day * DAY_SECONDS + time) * 1000;
    matching = lastDayUntil(cron, day - 1);
  }
  const time = lastTimeUntil(cron, DAY_SECONDS - 1);
  return matching === undefined || time === undefined ? undefined : (matching * DAY_SECONDS + time) * 1000;
}

/** True when some date matches at all. */
export function hasDate(cron: CronSchedule): boolean {
  return firstDayFrom(cron, 0) !== undefined;
}

/** Time of day in seconds, at least `second`. */
function firstTimeFrom(cron: CronSchedule, second: number): number | undefined {
  const hour = Math.floor(second / 3600), minute = Math.floor(second / 60) % 60;
  const firstSecond = first(cron.seconds, 0), firstMinute = first(cron.minutes, 0);
  if (first(cron.hours, hour) === hour) {
    if (first(cron.minutes, minute) === minute) {
      const inMinute = first(cron.seconds, second % 60);
      if (inMinute !== -1) return hour * 3600 + minute * 60 + inMinute;
    }
    const later = first(cron.minutes, minute + 1);
    if (later !== -1) return hour * 3600 + later * 60 + firstSecond;
  }
  const later = first(cron.hours, hour + 1);
  return later === -1 ? undefined : later * 3600 + firstMinute * 60 + firstSecond;
}

/** Time of day in seconds, at most `second`. */
function lastTimeUntil(cron: CronSchedule, second: number): number | undefined {
  const hour = Math.floor(second / 3600), minute = Math.floor(second / 60) % 60;
  const lastSecond = last(cron.seconds, 59), lastMinute = last(cron.minutes, 59);
  if (last(cron.hours, hour) === hour) {
    if (last(cron.minutes, minute) === minute) {
      const inMinute = last(cron.seconds, second % 60);
      if (inMinute !== -1) return hour * 3600 + minute * 60 + inMinute;
    }
    const earlier = last(cron.minutes, minute - 1);
    if (earlier !== -1) return hour * 3600 + earlier * 60 + lastSecond;
  }
  const earlier = last(cron.hours, hour - 1);
  return earlier === -1 ? undefined : earlier * 3600 + lastMinute * 60 + lastSecond;
}

/** Days since the epoch, at least `day`. */
function firstDayFrom(cron: CronSchedule, day: number): number | undefined {
  const date = new Date(day * 864e5);
  const start = monthIndex(date);
  let month = firstMonthFrom(cron, start);
  while (month !== -1) {
    let days = matchingDays(cron.days, Math.floor(month / 12), month % 12 + 1);
    if (month === start) days &= -1 << (date.getUTCDate() - 1);
    if (days !== 0) return firstDayOf(month) + 31 - Math.clz32(days & -days);
    month = firstMonthFrom(cron, month + 1);
  }
  return undefined;
}

/** Days since the epoch, at most `day`. */
function lastDayUntil(cron: CronSchedule, day: number): number | undefined {
  const date = new Date(day * 864e5);
  const start = monthIndex(date);
  let month = lastMonthUntil(cron, start);
  while (month !== -1) {
    let days = matchingDays(cron.days, Math.floor(month / 12), month % 12 + 1);
    if (month === start) days &= 0x7fffffff >>> (31 - date.getUTCDate());
    if (days !== 0) return firstDayOf(month) + 31 - Math.clz32(days);
    month = lastMonthUntil(cron, month - 1);
  }
  return undefined;
}

/** Months since the year 0; -1 means "none" below. */
function monthIndex(date: Date): number {
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function firstDayOf(month: number): number {
  return Date.UTC(Math.floor(month / 12), month % 12, 1) / 864e5;
}

function firstMonthFrom(cron: CronSchedule, month: number): number {
  const year = Math.floor(month / 12);
  if (firstYearFrom(cron, year) === year) {
    const inYear = first(cron.months, month % 12 + 1);
    if (inYear !== -1) return year * 12 + inYear - 1;
  }
  const later = firstYearFrom(cron, year + 1);
  return later === -1 ? -1 : later * 12 + first(cron.months, 1) - 1;
}

function lastMonthUntil(cron: CronSchedule, month: number): number {
  const year = Math.floor(month / 12);
  if (lastYearUntil(cron, year) === year) {
    const inYear = last(cron.months, month % 12 + 1);
    if (inYear !== -1) return year * 12 + inYear - 1;
  }
  const earlier = lastYearUntil(cron, year - 1);
  return earlier === -1 ? -1 : earlier * 12 + last(cron.months, 12) - 1;
}

function firstYearFrom(cron: CronSchedule, year: number): number {
  if (cron.years) return first(cron.years, year);
  return year > LAST_YEAR ? -1 : Math.max(year, FIRST_YEAR);
}

function lastYearUntil(cron: CronSchedule, year: number): number {
  if (cron.years) return last(cron.years, year);
  return year < FIRST_YEAR ? -1 : Math.min(year, LAST_YEAR);
}

/** The first of ascending values that is at least `bound`, or -1. */
function first(values: readonly number[], bound: number): number {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value !== undefined && value >= bound) return value;
  }
  return -1;
}

/** The last of ascending values that is at most `bound`, or -1. */
function last(values: readonly number[], bound: number): number {
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i];
    if (value !== undefined && value <= bound) return value;
  }
  return -1;
}
