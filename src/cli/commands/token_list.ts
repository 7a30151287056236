import type { Command } from "commander";
import type { TokenReport } from "../../../routes/wire/token_answer.ts";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { table } from "../table.ts";

const EXAMPLES = `
Examples:
  carillon token list
  carillon token list --json`;

/** Adds `token list`. */
export function addTokenList(parent: Command, cli: Cli, finish: Finish): void {
  withApi(parent.command("list").description("List tokens: whose they are, never they themselves"))
    .addHelpText("after", EXAMPLES)
    .action(finish((options: ApiOptions) => listTokens(cli, options)));
}

async function listTokens(cli: Cli, options: ApiOptions): Promise<void> {
  const api = openApi(cli, options);
  const tokens = await api.client.tokens();
  cli.terminal.out(options.json ? api.lastJson() : tokenTable(tokens, cli.clock.now(), cli.terminal.colour));
}

function tokenTable(tokens: readonly TokenReport[], nowMs: number, colours: boolean): string {
  const rows = tokens.map((token) => [
    token.name ?? "-",
    token.kind,
    token.role ?? "-",
    limitsOf(token),
    expiryOf(token, nowMs),
    token.createdBy || "-",
    token.id,
  ]);
  return table(["NAME", "KIND", "ROLE", "LIMITED TO", "EXPIRES", "MADE BY", "ID"], rows, colours);
}

function limitsOf({ jobs, metadata, tags, once, used }: TokenReport): string {
  const pairs = (map: Readonly<Record<string, string>>) => Object.entries(map).map((pair) => pair.join("="));
  const limits = [...jobs, ...pairs(metadata), ...pairs(tags ?? {}), ...(once ? [used ? "its node" : "one node"] : [])];
  return limits.join(" ") || "-";
}

function expiryOf({ expiresAt: at }: TokenReport, nowMs: number) {
  if (at === null) return "never";
  return at <= nowMs ? { text: "expired", colour: "red" as const } : new Date(at).toISOString().slice(0, 19) + "Z";
}
