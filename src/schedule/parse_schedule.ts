import { LRUCache } from "lru-cache";
import { CarillonError, invalid, type Issue } from "../runtime/mod.ts";
import { readCron } from "./cron_text.ts";
import { readDescriptor } from "./descriptor.ts";
import { nameSum } from "./name_sum.ts";
import type { Schedule } from "./schedule.ts";
import { isTimeZone } from "./zone.ts";

/** What a schedule text is read with. */
export interface ScheduleContext {
  /** The job's time zone; empty, absent or `Local` = the default. A `TZ=` in the text wins over it. */
  readonly timezone?: string;
  /** The cluster's time zone; absent = UTC. */
  readonly defaultTimezone?: string;
  /** Where `~` gets its values from. */
  readonly jobName: string;
}

/** The longest text that is read, in UTF-16 units; no sensible schedule comes near. */
const MAX_LENGTH = 2_000;

/**
 * Reads a schedule text. Throws an `invalid` error with an issue for `schedule`, for `timezone` or for both.
 *
 * @example
 * ```ts
 * import { parseSchedule } from "./parse_schedule.ts";
 * parseSchedule("@every 1h +10m", { jobName: "backup" }); // { kind: "every", periodMs: 3600000, phaseMs: 600000 }
 * ```
 */
export function parseSchedule(text: string, context: ScheduleContext): Schedule {
  const issues: Issue[] = [];
  const zone = collect("timezone", issues, () => jobZone(context)) ?? "UTC";
  const schedule = collect("schedule", issues, () => readSchedule(text, zone, context.jobName));
  if (schedule && issues.length === 0) return schedule;
  const reasons = issues.map((issue) => issue.message).join("; ");
  throw invalid(`Cannot read schedule "${text.slice(0, MAX_LENGTH)}": ${reasons}`, issues);
}

/** Schedules read before. Reading has no side effects, so forgetting one only costs time. */
const readBefore = new LRUCache<string, Schedule>({ max: 10_000 });

/** The same as `parseSchedule`, remembering the last 10,000 results: for loops that meet the same texts again. */
export function cachedSchedule(text: string, context: ScheduleContext): Schedule {
  const name = text.includes("~") ? context.jobName : "";
  const key = `${text}\n${context.timezone ?? ""}\n${context.defaultTimezone ?? ""}\n${name}`;
  const known = readBefore.get(key);
  if (known) return known;
  const schedule = parseSchedule(text, context);
  readBefore.set(key, schedule);
  return schedule;
}

/** Runs `read`; what it refuses becomes an issue of `path`. */
function collect<T>(path: string, issues: Issue[], read: () => T): T | undefined {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof CarillonError)) throw thrown;
    issues.push({ path, message: thrown.message });
    return undefined;
  }
}

function jobZone(context: ScheduleContext): string {
  const own = context.timezone ?? "";
  // Dkron's `Local` is the zone of whichever server fires; here that can only be the cluster's.
  return checkedZone(own === "" || own === "Local" ? context.defaultTimezone || "UTC" : own);
}

function checkedZone(name: string): string {
  if (!isTimeZone(name)) throw invalid(`unknown time zone ${name.slice(0, MAX_LENGTH)}`);
  return name;
}

function readSchedule(text: string, jobZone: string, jobName: string): Schedule {
  if (text.length > MAX_LENGTH) throw invalid(`it is longer than ${MAX_LENGTH} characters`);
  const { zone, rest } = splitZone(text.trim(), jobZone);
  if (rest === "") throw invalid(text.trim() === "" ? "it is empty" : "nothing follows its time zone");
  return rest.startsWith("@") ? readDescriptor(rest, zone) : readCron(rest, zone, nameSum(jobName));
}

/** Takes `TZ=` or `CRON_TZ=` off the front of a text; with no zone after it, as in Dkron, that is UTC. */
function splitZone(text: string, jobZone: string): { zone: string; rest: string } {
  const [prefix, name] = /^(?:CRON_)?TZ=(\S*)\s*/.exec(text) ?? [];
  if (prefix === undefined) return { zone: jobZone, rest: text };
  return { zone: checkedZone(name || "UTC"), rest: text.slice(prefix.length) };
}
