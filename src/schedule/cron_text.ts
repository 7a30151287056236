import { invalid } from "../runtime/mod.ts";
import { FIELDS, readField, valuesOf, writeField } from "./cron_field.ts";
import { readDayFields } from "./day_fields.ts";
import type { CronSchedule } from "./schedule.ts";
import { hasDate } from "./wall_times.ts";

/** Reads a text of five (from minutes), six (from seconds) or seven (to years) fields; throws `invalid` with the reason. */
export function readCron(text: string, zone: string, nameSum: number): CronSchedule {
  const [second, minute, hour, monthDay, month, weekday, year] = sevenFields(text);
  const seconds = readField(second, FIELDS.second, nameSum);
  const minutes = readField(minute, FIELDS.minute, nameSum);
  const hours = readField(hour, FIELDS.hour, nameSum);
  const { days, monthDayText, weekdayText } = readDayFields(monthDay, weekday, nameSum);
  const months = readField(month, FIELDS.month, nameSum);
  const years = readField(year, FIELDS.year, nameSum);
  const cron: CronSchedule = {
    kind: "cron",
    zone,
    // `0/n` and `0-23` say the same as `*/n` and `*`; with a step past the day's end it is one fixed hour.
    elapsed: hours.some((item) => item.from === 0 && item.to === 23 && item.step < 24),
    seconds: valuesOf(seconds, FIELDS.second),
    minutes: valuesOf(minutes, FIELDS.minute),
    hours: valuesOf(hours, FIELDS.hour),
    days,
    months: valuesOf(months, FIELDS.month),
    years: years.some((item) => item.star && item.step === 1) ? undefined : valuesOf(years, FIELDS.year),
    expression: [
      ...[seconds, minutes, hours].map(writeField),
      monthDayText,
      writeField(months),
      weekdayText,
      writeField(years),
    ].join(" "),
  };
  if (!hasDate(cron)) {
    const asked = `day of month "${monthDay}", month "${month}", day of week "${weekday}" and year "${year}"`;
    throw invalid(`it can never be due: no date up to the year 9999 has ${asked}`);
  }
  return cron;
}

type SevenTexts = [string, string, string, string, string, string, string];

function sevenFields(text: string): SevenTexts {
  const fields = text.split(/\s+/);
  const [a = "", b = "", c = "", d = "", e = "", f = "*", g = "*"] = fields;
  if (fields.length === 5) return ["0", a, b, c, d, e, "*"];
  if (fields.length === 6 || fields.length === 7) return [a, b, c, d, e, f, g];
  throw invalid(`expected 6 fields (or 5 without seconds, or 7 with a year), found ${fields.length}`);
}
