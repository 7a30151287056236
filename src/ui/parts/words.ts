import { type JobDefinition, parentsOf } from "../../model/mod.ts";
import { describeSchedule, parseSchedule } from "../../schedule/mod.ts";
import { useZone } from "../data/queries.ts";
import { text } from "../english.ts";

/** A job's schedule in words, with its zone; the schedule itself where it cannot be told. */
export function useWords(definition: JobDefinition): string {
  return wordsOf(definition, useZone(definition.timezone));
}

/** The same, in a zone. */
export function wordsOf(definition: JobDefinition, timezone: string): string {
  const { schedule, name } = definition;
  const parents = parentsOf(definition).map(({ job }) => job).join(", ");
  if (parents !== "") return text.afterParents(parents);
  if (schedule === "") return text.byHand;
  try {
    const parsed = parseSchedule(schedule, { timezone, jobName: name });
    return describeSchedule(parsed, schedule);
  } catch {
    return schedule; // what the server took is shown as it is written
  }
}
