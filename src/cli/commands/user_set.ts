import { type Command, Option } from "commander";
import { ROLES } from "../../model/mod.ts";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import { collect } from "../argument.ts";
import type { Cli, Finish } from "../cli.ts";
import { readHidden } from "../standard_input.ts";
import { visible } from "../visible.ts";

const EXAMPLES = `
Users sign in to the web UI with their name and a password of 10 characters at least, which comes from standard input.
Without --password-stdin the password of a user who is there stays as it is.

Examples:
  carillon user set ada --role operator --password-stdin < password.txt
  carillon user set ada --role editor --job 'shop-*'`;

interface Options extends ApiOptions {
  role: typeof ROLES[number];
  job?: string[];
  passwordStdin?: boolean;
}

/** Adds `user set`. */
export function addUserSet(parent: Command, cli: Cli, finish: Finish): void {
  withApi(
    parent.command("set").description("Make a user who signs in with a password, or change one").argument("<NAME>"),
  )
    .addOption(new Option("--role <ROLE>", "what they may do").choices(ROLES).makeOptionMandatory())
    .option("--job <PATTERN>", "for jobs of such a name alone, * for anything; repeat it for more", collect)
    .option("--password-stdin", "take a password from standard input; one newline at its end is not part of it")
    .addHelpText("after", EXAMPLES)
    .action(finish((name: string, options: Options) => setUser(cli, name, options)));
}

async function setUser(cli: Cli, name: string, { role, job: jobs = [], ...options }: Options): Promise<void> {
  const api = openApi(cli, options);
  const password = options.passwordStdin
    ? await readHidden(cli, `the password of "${name}"`, `carillon user set ${name} --role ${role} --password-stdin`)
    : undefined;
  await api.client.putUser(name, { role, jobs, password });
  cli.terminal.out(options.json ? api.lastJson() : `${visible(name)} is saved\n`);
}
