import type { Command } from "commander";
import { CarillonError } from "../../runtime/mod.ts";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { visible } from "../visible.ts";

const EXAMPLES = `
It opens nothing any more, at each server within a second; an agent whose token was revoked joins again with its join
token, if that is still good.

Examples:
  carillon token revoke ci
  carillon token revoke 0k3m…   # the id of a token without a name, as token list shows it`;

/** Adds `token revoke`. */
export function addTokenRevoke(parent: Command, cli: Cli, finish: Finish): void {
  withApi(parent.command("revoke").description("Let a token open nothing any more").argument("<NAME|ID>"))
    .addHelpText("after", EXAMPLES)
    .action(finish((name: string, options: ApiOptions) => revokeToken(cli, name, options)));
}

async function revokeToken(cli: Cli, name: string, options: ApiOptions): Promise<void> {
  const api = openApi(cli, options);
  const found = (await api.client.tokens()).filter((token) => token.id === name || token.name === name);
  const [token, another] = found;
  if (token === undefined) throw new CarillonError("not_found", `Cannot find token "${name}"`);
  if (another !== undefined) {
    const ids = found.map(({ id, kind }) => `${id} (${kind})`).join(", ");
    throw new CarillonError("invalid", `Cannot tell which token "${name}" is: name one by its id, ${ids}`);
  }
  await api.client.revokeToken(token.id);
  cli.terminal.out(options.json ? api.lastJson() : `${visible(token.name ?? token.id)} opens nothing any more\n`);
}
