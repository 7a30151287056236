import { clockChangeNotes } from "./clock_change_notes.ts";
import { describeSchedule } from "./describe_schedule.ts";
import { nextTime } from "./due_times.ts";
import type { Schedule } from "./schedule.ts";

/** What a schedule will do: its next times in epoch milliseconds, words, and what is worth knowing beforehand. */
export interface SchedulePreview {
  readonly times: number[];
  readonly words: string;
  readonly notes: string[];
}

/** The next `n` times after `afterMs`, the schedule in words, and notes on changes of the clocks within a year. */
export function previewSchedule(schedule: Schedule, text: string, afterMs: number, n: number): SchedulePreview {
  const times: number[] = [];
  const first = nextTime(schedule, afterMs);
  for (let time = first; time !== undefined && times.length < n; time = nextTime(schedule, time)) times.push(time);
  const notes = schedule.kind === "cron" ? clockChangeNotes(schedule, afterMs) : [];
  if (schedule.kind === "cron" && first === undefined) {
    notes.push("Every time it names has passed: it is never due again.");
  }
  if (schedule.kind === "at" && first === undefined) notes.push("Its time has passed.");
  return { times, words: describeSchedule(schedule, text), notes };
}
