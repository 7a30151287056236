import { type Command, Option } from "commander";
import type { AuditReport } from "../../../routes/wire/audit_answer.ts";
import { AUDIT_ACTIONS } from "../../model/mod.ts";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import { wholeNumber } from "../argument.ts";
import { changeText } from "../change_text.ts";
import type { Cli, Finish } from "../cli.ts";
import { utc } from "../moment.ts";
import { table } from "../table.ts";
import { UsageError } from "../usage_error.ts";
import { visible } from "../visible.ts";

const EXAMPLES = `
Examples:
  carillon audit list
  carillon audit list --target backup --changes
  carillon audit list --by ci --since 2026-01-31T00:00:00Z -n 500`;

interface Options extends ApiOptions {
  target?: string;
  by?: string;
  action?: string;
  since?: string;
  count: number;
  changes: boolean;
}

/** Adds `audit list`. */
export function addAuditList(parent: Command, cli: Cli, finish: Finish): void {
  withApi(parent.command("list").description("List who changed what, newest first"))
    .option("--target <NAME>", "of this job, node or token alone")
    .option("--by <NAME>", "of this person or token alone")
    .addOption(new Option("--action <ACTION>", "of this kind alone").choices(AUDIT_ACTIONS))
    .option("--since <TIME>", "from then on, like 2026-01-31T00:00:00Z")
    .option("-n, --count <N>", "how many at most", wholeNumber(1, 1_000), 50)
    .option("--changes", "with the fields that differ", false)
    .addHelpText("after", EXAMPLES)
    .action(finish((options: Options) => listAudit(cli, options)));
}

async function listAudit(cli: Cli, options: Options): Promise<void> {
  const { target, by, action, since, count, changes } = options;
  if (since !== undefined && Number.isNaN(Date.parse(since))) {
    throw new UsageError([`"${since}" is no time: write it like 2026-01-31T00:00:00Z`]);
  }
  const api = openApi(cli, options);
  const from = since === undefined ? undefined : new Date(since).toISOString();
  const records = await api.client.audit({ target, by, action, since: from, limit: String(count) });
  if (options.json) return cli.terminal.out(api.lastJson());
  const rows = records.flatMap((
    record,
  ) => [rowOf(record), ...(changes ? record.changes.map((change) => ["", "", "", "", changeText(change)]) : [])]);
  cli.terminal.out(table(["TIME", "BY", "FROM", "ACTION", "TARGET"], rows, cli.terminal.colour));
}

function rowOf({ at, by, from, action, target }: AuditReport): string[] {
  return [utc(at), visible(by), from || "-", action, visible(target) || "-"];
}
