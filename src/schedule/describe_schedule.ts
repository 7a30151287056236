import { toString as cronWords } from "cronstrue";
import type { CronSchedule, Schedule } from "./schedule.ts";

/** A schedule in words, such as "At 02:30, Monday through Friday (Europe/Berlin)"; `text` is what it was read from. */
export function describeSchedule(schedule: Schedule, text: string): string {
  switch (schedule.kind) {
    case "cron":
      return describeCron(schedule, text);
    case "every":
      return `Every ${durationWords(schedule.periodMs)}, counted from ${instantWords(schedule.phaseMs)}`;
    case "at": {
      const grace = schedule.windowMs === null ? "" : `, or up to ${durationWords(schedule.windowMs)} later`;
      return `Once, at ${instantWords(schedule.atMs)}${grace}`;
    }
    case "after_end":
      return `${durationWords(schedule.delayMs)} after the end of the last run`;
    case "manually":
      return "By hand, or by a parent job, only";
    default:
      return schedule satisfies never;
  }
}

/** cronstrue refuses what its own grammar lacks, such as `1W,15`; then the text itself must do. */
function describeCron(cron: CronSchedule, text: string): string {
  try {
    return `${cronWords(cron.expression, { use24HourTimeFormat: true })} (${cron.zone})`;
  } catch {
    return `When the clock matches ${text} (${cron.zone})`;
  }
}

function durationWords(ms: number): string {
  const amounts: [number, string][] = [
    [Math.floor(ms / 864e5), "day"],
    [Math.floor(ms / 36e5) % 24, "hour"],
    [Math.floor(ms / 6e4) % 60, "minute"],
    [ms % 6e4 / 1000, "second"],
  ];
  return amounts.filter(([n]) => n > 0).map(([n, unit]) => `${n} ${unit}${n === 1 ? "" : "s"}`).join(" ");
}

function instantWords(ms: number): string {
  return new Date(ms).toISOString().replace("T", " ").replace(/(\.000)?Z$/, " UTC");
}
