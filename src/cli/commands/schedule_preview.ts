import type { Command } from "commander";
import { isTimeZone } from "../../schedule/mod.ts";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import { wholeNumber } from "../argument.ts";
import type { Cli, Finish } from "../cli.ts";
import { distance, utc } from "../moment.ts";
import { table } from "../table.ts";
import { visible } from "../visible.ts";

interface PreviewOptions extends ApiOptions {
  timezone?: string;
  count: number;
}

const EXAMPLES = `
Examples:
  carillon schedule preview "0 30 6 * * 1-5" --timezone Europe/Berlin
  carillon schedule preview "@every 90m" -n 10`;

/** Adds `schedule preview`. */
export function addSchedulePreview(schedule: Command, cli: Cli, finish: Finish): void {
  withApi(
    schedule.command("preview").description("Show the next times of a schedule").argument("<TEXT>")
      .option("--timezone <ZONE>", "time zone that it is read in, and shown in (the server's)")
      .option("-n, --count <N>", "how many times", wholeNumber(1, 100), 5),
  ).addHelpText("after", EXAMPLES).action(
    finish((text: string, options: PreviewOptions) => previewSchedule(cli, text, options)),
  );
}

async function previewSchedule(cli: Cli, text: string, options: PreviewOptions): Promise<void> {
  const { terminal } = cli;
  const { timezone = "", count } = options;
  const api = openApi(cli, options);
  const { words, times, notes } = await api.client.preview(text, timezone, count);
  if (options.json) return terminal.out(api.lastJson());
  terminal.out(`${visible(words)}\n`);
  const nowMs = cli.clock.now();
  const zone = timezone !== "" && isTimeZone(timezone) ? timezone : null;
  const rows = times.map((ms) => [utc(ms), distance(ms, nowMs), ...(zone === null ? [] : [wallTime(ms, zone)])]);
  if (rows.length > 0) {
    terminal.out(table(["UTC", "", ...(zone === null ? [] : [zone])], rows, terminal.colour));
  }
  for (const note of notes) terminal.out(`${visible(note)}\n`);
}

function wallTime(ms: number, zone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  return local.toString({ smallestUnit: "second", timeZoneName: "never" });
}
