import { invalid, parseDuration } from "../runtime/mod.ts";
import { readCron } from "./cron_text.ts";
import { readInstant, readIsoPeriod } from "./iso_time.ts";
import type { Schedule } from "./schedule.ts";

/** Descriptors that stand for a cron text. */
const CRON_TEXTS: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 0 1 1 *"],
  ["@annually", "0 0 0 1 1 *"],
  ["@monthly", "0 0 0 1 * *"],
  ["@weekly", "0 0 0 * * 0"],
  ["@daily", "0 0 0 * * *"],
  ["@midnight", "0 0 0 * * *"],
  ["@hourly", "0 0 * * * *"],
  ["@minutely", "0 * * * * *"],
]);

/** The longest duration that Go can hold, in whole milliseconds (about 292 years). */
const MAX_DURATION_MS = 9_223_372_036_854;

/** Reads a text that begins with `@`; throws `invalid` with the reason. */
export function readDescriptor(text: string, zone: string): Schedule {
  const [word = "", ...rest] = text.split(/\s+/);
  switch (word) {
    case "@every":
      return readEvery(rest);
    case "@after_end":
      return { kind: "after_end", delayMs: readWholeSeconds(onlyPart(word, rest, "a duration such as 5m"), "delay") };
    case "@at":
      return {
        kind: "at",
        atMs: readInstant(onlyPart(word, rest, "a time such as 2030-01-02T03:04:05Z")),
        windowMs: null,
      };
    case "@after":
      return readAfter(rest);
  }
  const cron = CRON_TEXTS.get(word);
  if (rest.length > 0 && (cron || word === "@manually")) throw invalid(`nothing may follow ${word}`);
  if (cron) return readCron(cron, zone, 0);
  if (word === "@manually") return { kind: "manually" };
  if (word === "@reboot") throw invalid("@reboot has no meaning for a fleet");
  throw invalid(
    `unrecognized descriptor "${word}": there are ${
      [...CRON_TEXTS.keys()].join(" ")
    } @manually @every @at @after @after_end`,
  );
}

/** `@every 1h30m`, and a phase: `@every 1h +10m`. */
function readEvery(parts: readonly string[]): Schedule {
  const [period, phase, ...more] = parts;
  if (period === undefined || more.length > 0) {
    throw invalid("@every needs one duration such as 1h30m, and may have a phase: +10m");
  }
  const periodMs = readWholeSeconds(period, "period");
  if (phase === undefined) return { kind: "every", periodMs, phaseMs: 0 };
  if (!phase.startsWith("+")) throw invalid(`phase "${phase}" must begin with +`);
  const phaseMs = truncateToSeconds(parseDuration(phase.slice(1)));
  if (phaseMs >= periodMs) throw invalid(`phase "${phase}" must be shorter than the period ${period}`);
  return { kind: "every", periodMs, phaseMs };
}

/** `@after 2030-01-02T03:04:05Z <PT5M`. */
function readAfter(parts: readonly string[]): Schedule {
  const [time, window, ...more] = parts;
  if (time === undefined || window === undefined || more.length > 0 || !window.startsWith("<")) {
    throw invalid("@after needs a time and a window, such as 2030-01-02T03:04:05Z <PT5M");
  }
  return { kind: "at", atMs: readInstant(time), windowMs: readIsoPeriod(window.slice(1)) };
}

function onlyPart(word: string, parts: readonly string[], example: string): string {
  const [part, ...more] = parts;
  if (part === undefined || more.length > 0) throw invalid(`${word} needs ${example}`);
  return part;
}

/** Like Dkron, drops what is less than a second; unlike it, refuses what is shorter than one. */
function readWholeSeconds(text: string, name: string): number {
  const ms = parseDuration(text);
  if (ms < 1000) throw invalid(`${name} "${text}" must be at least 1s`);
  if (ms > MAX_DURATION_MS) throw invalid(`${name} "${text}" is longer than 2562047h`);
  return truncateToSeconds(ms);
}

function truncateToSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
