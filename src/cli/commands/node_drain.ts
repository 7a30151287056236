import type { Command } from "commander";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { visible } from "../visible.ts";

const EXAMPLES = `
Examples:
  carillon node drain web1
  carillon node undrain web1`;

/** Adds `node drain`. */
export function addNodeDrain(node: Command, cli: Cli, finish: Finish): void {
  const what = "Let a node finish what runs and take no more, until it is undrained";
  withApi(node.command("drain").description(what).argument("<NAME>"))
    .addHelpText("after", EXAMPLES)
    .action(finish((name: string, options: ApiOptions) => drainNode(cli, name, true, options)));
}

/** Adds `node undrain`. */
export function addNodeUndrain(node: Command, cli: Cli, finish: Finish): void {
  withApi(node.command("undrain").description("Let a node take work again").argument("<NAME>"))
    .addHelpText("after", EXAMPLES)
    .action(finish((name: string, options: ApiOptions) => drainNode(cli, name, false, options)));
}

async function drainNode(cli: Cli, name: string, draining: boolean, options: ApiOptions): Promise<void> {
  const api = openApi(cli, options);
  await api.client.drain(name, draining);
  const done = `${visible(name)} ${draining ? "takes no more work" : "takes work again"}`;
  cli.terminal.out(options.json ? api.lastJson() : `${done}\n`);
}
