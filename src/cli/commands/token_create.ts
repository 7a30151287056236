import { type Command, Option } from "commander";
import { ROLES } from "../../model/mod.ts";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { collect, keyValue } from "../argument.ts";

const EXAMPLES = `
The token is printed this once; the server keeps its hash alone. Commands send it with --token, or CARILLON_TOKEN.
A viewer sees, an operator runs, cancels, pauses and toggles, an editor changes jobs, an admin does everything;
with --job or --metadata it is for those jobs alone.

Examples:
  carillon token create alice --role admin
  carillon token create ci --role editor --job 'shop-*' --expires 90d
  carillon token create wall --role viewer --metadata team=ops`;

interface Options extends ApiOptions {
  role: typeof ROLES[number];
  job: string[];
  metadata: Record<string, string>;
  expires?: string;
}

/** Adds `token create`. */
export function addTokenCreate(parent: Command, cli: Cli, finish: Finish): void {
  withApi(parent.command("create").description("Make a token for the API").argument("<NAME>"))
    .addOption(new Option("--role <ROLE>", "what it may do").choices(ROLES).makeOptionMandatory())
    .option("--job <PATTERN>", "for jobs of such a name alone, * for anything; repeat it for more", collect, [])
    .option("--metadata <KEY=VALUE>", "for jobs with this metadata alone; repeat it for more", keyValue, {})
    .option("--expires <DURATION>", "an end to it, like 12h or 90d")
    .addHelpText("after", EXAMPLES)
    .action(finish((name: string, options: Options) => createToken(cli, name, options)));
}

async function createToken(cli: Cli, name: string, options: Options): Promise<void> {
  const { role, job: jobs, metadata, expires } = options;
  const api = openApi(cli, options);
  const token = await api.client.createToken({ name, role, jobs, metadata, lifetime: expires ?? null });
  cli.terminal.out(options.json ? api.lastJson() : `${token}\n`);
}
