import type { CronSchedule } from "./schedule.ts";
import { nextWall } from "./wall_times.ts";
import { type Stretch, stretchAt } from "./zone.ts";

/** How far ahead changes of the clocks are told. */
const AHEAD_MS = 366 * 864e5;

/** A sentence for each change of the clocks in the year after `afterMs` that touches a due time. */
export function clockChangeNotes(cron: CronSchedule, afterMs: number): string[] {
  const notes: string[] = [];
  const untilMs = afterMs + AHEAD_MS;
  for (let { toMs } = stretchAt(cron.zone, afterMs); toMs <= untilMs;) {
    const stretch = stretchAt(cron.zone, toMs);
    const note = changeNote(cron, stretch);
    if (note) notes.push(note);
    toMs = stretch.toMs;
  }
  return notes;
}

/** What the change at the start of a stretch does to a schedule; undefined when it touches none of its times. */
function changeNote(cron: CronSchedule, stretch: Stretch): string | undefined {
  const before = stretch.fromMs + stretch.earlierOffsetMs, after = stretch.fromMs + stretch.offsetMs;
  const [low, high] = before < after ? [before, after] : [after, before];
  const wallMs = nextWall(cron, low - 1);
  if (wallMs === undefined || wallMs >= high) return undefined;
  const date = wallWords(before).slice(0, 10);
  const step = `${wallTime(before, before)} to ${wallTime(after, before)}`;
  const time = wallTime(wallMs, before);
  if (before < after) {
    const effect = cron.elapsed ? "is not shown and not due" : "is not shown; it is due at the end of the gap";
    return `On ${date} clocks go forward from ${step}: ${time} ${effect}.`;
  }
  const effect = cron.elapsed ? "is due both times" : "is due the first time only";
  return `On ${date} clocks go back from ${step}: ${time} is shown twice and ${effect}.`;
}

/** The time of day, with the date where that is not the one of `dayMs`. */
function wallTime(wallMs: number, dayMs: number): string {
  const words = wallWords(wallMs);
  const time = words.slice(11).replace(/:00$/, "");
  return words.slice(0, 10) === wallWords(dayMs).slice(0, 10) ? time : `${words.slice(0, 10)} ${time}`;
}

function wallWords(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 19).replace("T", " ");
}
