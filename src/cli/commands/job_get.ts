import type { Command } from "commander";
import { stringify } from "yaml";
import { z } from "zod";
import { jobBodySchema } from "../../../routes/wire/job_body.ts";
import type { ClusterPause, JobView } from "../../model/mod.ts";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { clusterPauseText } from "../cluster_pause_text.ts";
import { moment } from "../moment.ts";
import { visible } from "../visible.ts";

const EXAMPLES = `
Prints the job as YAML that "job apply" takes.

Examples:
  carillon job get backup
  carillon job get backup > backup.yaml && $EDITOR backup.yaml && carillon job apply -f backup.yaml
  carillon job get backup --json | jq .next`;

/** Fields whose default is neither null, nor empty text, nor false, and clutters most jobs; values as JSON. */
const DEFAULTS = new Map([["processors", "{}"], ["depends_on", "[]"], ["retries", "0"], ["jitter", '"0s"']]);

/** Adds `job get`. */
export function addJobGet(job: Command, cli: Cli, finish: Finish): void {
  withApi(job.command("get").description("Show a job").argument("<NAME>"))
    .addHelpText("after", EXAMPLES)
    .action(finish((name: string, options: ApiOptions) => getJob(cli, name, options)));
}

async function getJob(cli: Cli, name: string, options: ApiOptions): Promise<void> {
  const api = openApi(cli, options);
  const { view, json } = await api.client.job(name);
  if (options.json) return cli.terminal.out(api.lastJson());
  const pause = await api.client.clusterPause();
  cli.terminal.out(factsOf(view, pause, cli.clock.now()) + definitionYaml(json));
}

/** What a job is now, as comments. */
function factsOf({ job, stat, nextAt, dependents }: JobView, pause: ClusterPause | null, nowMs: number): string {
  const facts = [
    `revision ${job.revision} of ${moment(job.updatedAt, nowMs)}`,
    `next: ${moment(nextAt, nowMs)}`,
    `${stat.successCount} good, the last ${moment(stat.lastSuccess, nowMs)}`,
    `${stat.errorCount} bad, the last ${moment(stat.lastError, nowMs)}`,
    ...(dependents.length === 0 ? [] : [`starts: ${dependents.join(", ")}`]),
    ...(job.pause ? [`paused since ${moment(job.pause.from, nowMs)}, ${job.pause.policy}: ${job.pause.note}`] : []),
    ...(pause ? [clusterPauseText(pause, nowMs)] : []),
  ];
  return facts.map((fact) => `# ${visible(fact)}\n`).join("");
}

/** The fields of a job's answer that a body may set, without those that are as by default. */
function definitionYaml(json: unknown): string {
  const fields = Object.entries(z.record(z.string(), z.unknown()).parse(json)).filter(([key, value]) =>
    Object.hasOwn(jobBodySchema.shape, key) && !isDefault(key, value)
  );
  return safeYaml(Object.fromEntries(fields));
}

/** Whether leaving a field out says the same. */
function isDefault(key: string, value: unknown): boolean {
  return value === null || value === "" || value === false || DEFAULTS.get(key) === JSON.stringify(value);
}

/** YAML that a terminal may show and that still means the same: what is dangerous is escaped inside double quotes. */
function safeYaml(value: unknown): string {
  const plain = stringify(value);
  const isSafe = plain.split("\n").every((line) => visible(line) === line);
  return isSafe ? plain : stringify(value, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "QUOTE_DOUBLE" })
    .split("\n").map(visible).join("\n");
}
