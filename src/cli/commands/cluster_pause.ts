import type { Command } from "commander";
import { readTime } from "../../../routes/wire/rfc3339.ts";
import type { ClusterPause } from "../../model/mod.ts";
import { CarillonError, parseDuration } from "../../runtime/mod.ts";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { clusterPauseText } from "../cluster_pause_text.ts";
import { type PauseOptions, withPause } from "../pause_options.ts";
import { UsageError } from "../usage_error.ts";

interface ClusterPauseOptions extends PauseOptions {
  until?: string;
}

interface ShownPauseOptions extends ApiOptions {
  show?: boolean;
}

const EXAMPLES = `
What runs goes on; what waits, and retries, are held until the pause ends. Jobs may be stored and run by hand meanwhile:
they wait as well. A job with a pause of its own is held until both have ended.

Examples:
  carillon cluster pause --note "database upgrade"
  carillon cluster pause --policy last --until 90m
  carillon cluster pause --until 2030-01-02T03:00:00Z
  carillon cluster pause --show
  carillon cluster unpause`;

/** Adds `cluster pause`. */
export function addClusterPause(cluster: Command, cli: Cli, finish: Finish): void {
  withPause(cluster.command("pause").description("Start nothing in the whole cluster until it is unpaused"))
    .option("--until <TIME>", "it ends by itself then: a time as 2030-01-02T03:00:00Z, or how long from now, as 90m")
    .option("--show", "change nothing, and show the pause that is on")
    .addHelpText("after", EXAMPLES)
    .action(
      finish((options: ClusterPauseOptions & ShownPauseOptions) =>
        options.show ? showPause(cli, options) : pauseCluster(cli, options)
      ),
    );
}

/** Adds `cluster unpause`. */
export function addClusterUnpause(cluster: Command, cli: Cli, finish: Finish): void {
  withApi(cluster.command("unpause").description("End the pause of the cluster"))
    .addHelpText("after", EXAMPLES)
    .action(finish((options: ApiOptions) => unpauseCluster(cli, options)));
}

async function pauseCluster(cli: Cli, options: ClusterPauseOptions): Promise<void> {
  const { policy, note, until } = options;
  const to = until === undefined ? null : readUntil(until, cli.clock.now());
  const api = openApi(cli, options);
  print(cli, options, api.lastJson, await api.client.pauseCluster({ policy, note, to }));
}

async function showPause(cli: Cli, options: ShownPauseOptions): Promise<void> {
  const api = openApi(cli, options);
  print(cli, options, api.lastJson, await api.client.clusterPause());
}

async function unpauseCluster(cli: Cli, options: ApiOptions): Promise<void> {
  const api = openApi(cli, options);
  await api.client.unpauseCluster();
  print(cli, options, api.lastJson, null);
}

function print(cli: Cli, { json }: ApiOptions, lastJson: () => string, pause: ClusterPause | null): void {
  const text = pause === null ? "the cluster is not paused" : clusterPauseText(pause, cli.clock.now());
  cli.terminal.out(json ? lastJson() : `${text}\n`);
}

/** A time, or how long from now. Throws a UsageError. */
function readUntil(text: string, nowMs: number): number {
  const time = readTime(text);
  if (time !== undefined) return time;
  try {
    return nowMs + Math.round(parseDuration(text));
  } catch (thrown) {
    if (!(thrown instanceof CarillonError)) throw thrown;
    const which = JSON.stringify(text);
    throw new UsageError([`flag --until: ${which} is neither a time as 2030-01-02T03:00:00Z nor as long as 90m`]);
  }
}
