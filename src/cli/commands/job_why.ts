import type { Command } from "commander";
import type { TimelineReport } from "../../../routes/wire/timeline_answer.ts";
import type { TimelineRange } from "../../model/mod.ts";
import { CarillonError } from "../../runtime/mod.ts";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { moment, utc } from "../moment.ts";
import { UsageError } from "../usage_error.ts";
import { visible } from "../visible.ts";

const EXAMPLES = `
Without a time: the last ten due times of the day, and the next one. With one: that due time, or the last before it.

Examples:
  carillon job why backup
  carillon job why backup 2026-01-31T02:30:00Z`;

/** Due times before now that are told without a time, and how far around a given one is looked, in milliseconds. */
const SHOWN = 10, DAY_MS = 86_400_000, AROUND_MS = 31 * DAY_MS;

/** What each fate is in words. */
const WORDS: Readonly<Record<TimelineReport["fate"], string>> = {
  ran: "ran",
  running: "runs now",
  waiting: "waits",
  skipped: "did not run",
  refused: "did not run",
  owed: "is still owed",
  held: "is held back",
  disabled: "did not run",
  due: "is due now",
  will_run: "will run",
  forgotten: "nobody can tell",
};

/** Adds `job why`. */
export function addJobWhy(job: Command, cli: Cli, finish: Finish): void {
  withApi(
    job.command("why").description("Say why a job ran, or did not").argument("<NAME>").argument("[TIME]"),
  ).addHelpText("after", EXAMPLES).action(
    finish((name: string, time: string | undefined, options: ApiOptions) => tellWhy(cli, name, time, options)),
  );
}

async function tellWhy(cli: Cli, name: string, time: string | undefined, options: ApiOptions): Promise<void> {
  const api = openApi(cli, options);
  const nowMs = cli.clock.now();
  const atMs = time === undefined ? undefined : Date.parse(time);
  if (Number.isNaN(atMs)) throw new UsageError([`"${time}" is no time: write it like 2026-01-31T02:30:00Z`]);
  const ranges: TimelineRange[] = atMs === undefined
    ? [
      { fromMs: nowMs - DAY_MS, toMs: nowMs, limit: SHOWN, isNewestFirst: true },
      { fromMs: nowMs + 1, toMs: nowMs + AROUND_MS, limit: 1, isNewestFirst: false },
    ]
    : [{ fromMs: atMs - AROUND_MS, toMs: atMs, limit: 1, isNewestFirst: true }];
  const told: TimelineReport[] = [];
  const answers: unknown[] = [];
  for (const range of ranges) {
    const times = await api.client.timeline(name, range);
    const answer: unknown[] = JSON.parse(api.lastJson());
    told.push(...range.isNewestFirst ? times.reverse() : times);
    answers.push(...range.isNewestFirst ? answer.reverse() : answer);
  }
  if (options.json) return cli.terminal.out(`${JSON.stringify(answers)}\n`);
  if (told.length === 0) {
    const when = atMs === undefined ? "within a day before now or a month after" : `in the month before ${utc(atMs)}`;
    throw new CarillonError("not_found", `Job "${name}" has no due time ${when}`);
  }
  for (const each of told) cli.terminal.out(lineOf(each, nowMs));
}

function lineOf({ dueAt, fate, reason, decisive, executions }: TimelineReport, nowMs: number): string {
  const states = executions.map(({ state, node }) => node === "" ? state : `${state} on ${visible(node)}`);
  const why = [states.join(", "), reason === null ? "" : visible(reason), decisiveText(decisive)];
  const told = why.filter((part) => part !== "").join("; ");
  return `${moment(dueAt, nowMs)}: ${WORDS[fate]}${told === "" ? "" : `: ${told}`}\n`;
}

function decisiveText(decisive: TimelineReport["decisive"]): string {
  switch (decisive?.kind) {
    case undefined:
      return "";
    case "execution":
      return `execution ${visible(decisive.id)} was in the way`;
    case "pause": {
      const note = decisive.note === "" ? "" : `, "${visible(decisive.note)}"`;
      return `pause of the ${decisive.of} by ${visible(decisive.by)} from ${decisive.from}${note}`;
    }
    case "revision":
      return `revision ${decisive.revision} says so`;
    default:
      return decisive satisfies never;
  }
}
