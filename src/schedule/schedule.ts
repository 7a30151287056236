import type { DayRules } from "./day_rules.ts";

/** When a job is due: what a schedule text means, as plain data. */
export type Schedule = CronSchedule | EverySchedule | AtSchedule | AfterEndSchedule | ManualSchedule;

/** Due whenever the clock on the wall of `zone` shows a matching time; lists are ascending. */
export interface CronSchedule {
  readonly kind: "cron";
  /** IANA time zone. */
  readonly zone: string;
  /** True when the hour field is `*`, `?` or `*\/n`: such a job follows elapsed time through changes of the clocks. */
  readonly elapsed: boolean;
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: DayRules;
  /** 1–12. */
  readonly months: readonly number[];
  /** Undefined for every year. */
  readonly years: readonly number[] | undefined;
  /** All seven fields, seconds first, with `~` resolved; for words and messages. */
  readonly expression: string;
}

/** Due at `phaseMs` and every `periodMs` milliseconds from there, counted from the Unix epoch. */
export interface EverySchedule {
  readonly kind: "every";
  readonly periodMs: number;
  readonly phaseMs: number;
}

/** Due once, at `atMs`; a time that was missed may be caught up within `windowMs` (null = the job's misfire window). */
export interface AtSchedule {
  readonly kind: "at";
  readonly atMs: number;
  readonly windowMs: number | null;
}

/** Due `delayMs` milliseconds after the end of the last run. */
export interface AfterEndSchedule {
  readonly kind: "after_end";
  readonly delayMs: number;
}

/** Never due by itself. */
export interface ManualSchedule {
  readonly kind: "manually";
}

/** The first and last years that a cron schedule can be due in. */
export const FIRST_YEAR = 1970, LAST_YEAR = 9999;

/** The last millisecond that any schedule can be due at: the end of the year 9999, UTC. */
export const LAST_MS = Date.UTC(LAST_YEAR + 1, 0, 1) - 1;
