import { type Command, Option } from "commander";
import type { JobView } from "../../model/mod.ts";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import { keyValue, wholeNumber } from "../argument.ts";
import type { Cli, Finish } from "../cli.ts";
import { clusterPauseText } from "../cluster_pause_text.ts";
import { moment } from "../moment.ts";
import { type Cell, stateCell, table } from "../table.ts";

interface ListOptions extends ApiOptions {
  q?: string;
  status?: string;
  metadata?: Record<string, string>;
  limit?: number;
  sort?: string;
  reverse?: boolean;
}

const EXAMPLES = `
Examples:
  carillon job list
  carillon job list --q backup --status failed
  carillon job list --metadata team=data --sort next --limit 10
  carillon job list --json | jq -r '.[].name'`;

/** Adds `job list`. */
export function addJobList(job: Command, cli: Cli, finish: Finish): void {
  withApi(
    job.command("list").description("List jobs")
      .option("--q <TEXT>", "only those with this in the name or display name")
      .addOption(
        new Option("--status <STATUS>", "only those whose last run ended so")
          .choices(["success", "failed", "partially_failed", "untriggered"]),
      )
      .option("--metadata <KEY=VALUE>", "only those with this metadata; repeat it for more", keyValue)
      .option("--limit <N>", "so many at most", wholeNumber(1, 1_000_000))
      .option("--sort <COLUMN>", "by name, displayname, schedule, status, next, last_success, last_error, owner, …")
      .option("--reverse", "the other way round"),
  ).addHelpText("after", EXAMPLES).action(finish((options: ListOptions) => listJobs(cli, options)));
}

async function listJobs(cli: Cli, options: ListOptions): Promise<void> {
  const api = openApi(cli, options);
  const { views, total } = await api.client.jobs(queryOf(options));
  const { terminal } = cli;
  if (options.json) return terminal.out(api.lastJson());
  const pause = await api.client.clusterPause();
  if (pause !== null) terminal.note(clusterPauseText(pause, cli.clock.now()));
  if (views.length > 0) terminal.out(jobTable(views, cli.clock.now(), terminal.colour));
  if (views.length < total || total === 0) terminal.note(total === 0 ? "No jobs" : `${views.length} of ${total} jobs`);
}

function queryOf(options: ListOptions): Record<string, string> {
  const { q, status, metadata = {}, limit, sort, reverse } = options;
  return {
    ...(q === undefined ? {} : { q }),
    ...(status === undefined ? {} : { status }),
    ...(limit === undefined ? {} : { _end: String(limit) }),
    ...(sort === undefined ? {} : { _sort: sort }),
    ...(reverse ? { _order: "DESC" } : {}),
    ...Object.fromEntries(Object.entries(metadata).map(([key, value]) => [`metadata[${key}]`, value])),
  };
}

function jobTable(views: readonly JobView[], nowMs: number, colours: boolean): string {
  const rows = views.map((view) => {
    const { job: { definition }, stat } = view;
    const lastRun = Math.max(stat.lastSuccess ?? 0, stat.lastError ?? 0) || null;
    return [
      definition.name,
      definition.schedule + (definition.timezone === "" ? "" : ` (${definition.timezone})`),
      stateCell(stat.status || "untriggered"),
      `${stat.successCount}/${stat.errorCount}`,
      moment(lastRun, nowMs),
      nextCell(view, nowMs),
    ];
  });
  return table(["NAME", "SCHEDULE", "LAST", "GOOD/BAD", "ENDED", "NEXT"], rows, colours);
}

function nextCell({ job, nextAt }: JobView, nowMs: number): Cell {
  if (job.definition.disabled) return stateCell("disabled");
  if (job.pause) return { text: `paused (${job.pause.policy})`, colour: "yellow" };
  return moment(nextAt, nowMs);
}
