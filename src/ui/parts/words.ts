import { type JobDefinition, parentsOf } from "../../model/mod.ts";
import { describeSchedule, parseSchedule } from "../../schedule/mod.ts";
import { text } from "../english.ts";

/** A job's schedule in words, with its zone; the schedule itself where it cannot be told. */
export function inWords(definition: JobDefinition): string {
  const { schedule, timezone, name } = definition;
  const parents = parentsOf(definition).map(({ job }) => job).join(", ");
  if (parents !== "") return text.afterParents(parents);
  if (schedule === "") return text.byHand;
  try {
    const parsed = parseSchedule(schedule, { timezone, defaultTimezone: "UTC", jobName: name });
    return describeSchedule(parsed, schedule);
  } catch {
    return schedule; // what the server took is shown as it is written
  }
}
