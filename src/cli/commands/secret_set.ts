import type { Command } from "commander";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import { collect } from "../argument.ts";
import type { Cli, Finish } from "../cli.ts";
import { readHidden } from "../standard_input.ts";
import { UsageError } from "../usage_error.ts";

const EXAMPLES = `
The value comes from standard input; one newline at its end is not part of it. Jobs name a secret in executor_config, as
\${secret:NAME}, and only the node that runs one is given the value. Where neither --job nor --selector is given, a new
secret is for any job, and one that is there stays as it is; --job '*' makes it one for any job.

Examples:
  carillon secret set db-password --job 'backup-*' < password.txt
  printf %s "$TOKEN" | carillon secret set deploy-token --job deploy --selector role=web,zone=a`;

interface Options extends ApiOptions {
  job?: string[];
  selector?: Record<string, string>[];
}

/** Adds `secret set`. */
export function addSecretSet(parent: Command, cli: Cli, finish: Finish): void {
  withApi(parent.command("set").description("Keep a value from standard input under a name").argument("<NAME>"))
    .option("--job <PATTERN>", "for jobs of such a name alone, * for anything; repeat it for more", collect)
    .option("--selector <KEY=VALUE,…>", "for nodes with these tags alone; repeat it for others", collectSelector)
    .addHelpText("after", EXAMPLES)
    .action(finish((name: string, options: Options) => setSecret(cli, name, options)));
}

async function setSecret(cli: Cli, name: string, options: Options): Promise<void> {
  const api = openApi(cli, options);
  const value = await readHidden(cli, `secret "${name}"`, `carillon secret set ${name}`);
  await api.client.setSecret(name, { value, jobs: options.job, selectors: options.selector });
  cli.terminal.out(options.json ? api.lastJson() : `${name} is kept\n`);
}

function collectSelector(text: string, before: readonly Record<string, string>[] = []): Record<string, string>[] {
  const pairs = text.split(",").map((pair): [string, string] => {
    const at = pair.indexOf("=");
    if (at < 1) throw new UsageError([`flag --selector: ${JSON.stringify(text)} is not KEY=VALUE,KEY=VALUE`]);
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
  });
  return [...before, Object.fromEntries(pairs)];
}
